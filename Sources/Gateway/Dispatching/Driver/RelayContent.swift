package import WeirPorts

/// What a relayed call carries.
package enum RelayContent: Sendable {
    /// The whole body as it came.
    case bytes([UInt8])
    /// An upload that goes on while it arrives.
    case stream(any StreamedBody)

    package var isStream: Bool {
        switch self {
        case .bytes: false
        case .stream: true
        }
    }
}
