import WeirPorts

/// Why an exchange was ended from this side.
enum Abort {
    /// Head or body of the reply grew over the limit.
    case tooLarge
    /// The reply's content coding can't be undone, or ends early.
    case undecodable
    /// The memory that all replies share was not free in time.
    case noRoom
    /// The machine has no memory.
    case noMemory
    /// The caller's body broke off.
    case bodyFailed
    /// The caller took the request back, or the transport is shutting down.
    case cancelled

    var kind: TransportFailure.Kind {
        switch self {
        case .tooLarge: .tooLarge
        case .undecodable: .malformed
        case .noRoom, .noMemory: .shortage
        case .bodyFailed, .cancelled: .cancelled
        }
    }

    var words: String {
        switch self {
        case .tooLarge: "The reply is longer than allowed"
        case .undecodable: "The reply's content coding can't be read"
        case .noRoom: "The memory for replies was not free in time"
        case .noMemory: "Out of memory"
        case .bodyFailed: "The caller's body broke off"
        case .cancelled: "The request was taken back"
        }
    }
}
