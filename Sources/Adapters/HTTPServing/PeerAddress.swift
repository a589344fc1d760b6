internal import Addressing
internal import NIOCore

/// The other end of a connection. Its text is made only where somebody asks for it.
enum PeerAddress: Sendable {
    case unknown
    case socket(SocketAddress, isLoopback: Bool)
    /// Of a request that came over no connection.
    case text(String)

    init(_ address: SocketAddress?) {
        guard let address else {
            self = .unknown
            return
        }
        let text = address.ipAddress ?? ""
        let isLoopback = text.hasPrefix("127.") || text == "::1" || text.hasPrefix("::ffff:127.")
        self = .socket(address, isLoopback: isLoopback)
    }

    var ipAddress: String? {
        switch self {
        case .unknown: nil
        case .socket(let address, _): address.ipAddress
        case .text(let text): text
        }
    }

    /// With its port; `nil` where it is no IP address, or of no connection.
    var hostPort: HostPort? {
        guard case .socket(let address, _) = self, let host = address.ipAddress else { return nil }
        return HostPort(host: host, port: address.port ?? 0)
    }

    /// Whether it is of this machine's loopback network.
    var isLoopback: Bool {
        if case .socket(_, let isLoopback) = self { isLoopback } else { false }
    }
}
