public import Addressing

/// Why a listener could not start.
public enum ListenerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The address could not be listened on: it is in use, not this machine's, or needs a right that the process lacks.
    case cannotListen(name: String, address: HostPort, reason: String)

    /// One line for an operator, such as `api listener: cannot listen on 127.0.0.1:8080: address already in use`.
    public var description: String {
        switch self {
        case .cannotListen(let name, let address, let reason):
            "\(name) listener: cannot listen on \(address): \(reason)"
        }
    }
}
