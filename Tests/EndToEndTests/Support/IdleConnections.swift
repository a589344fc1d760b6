import Synchronization

/// Connections on which nothing is said.
final class IdleConnections: Sendable {
    private let sockets = Mutex<[Socket]>([])

    func open(_ count: Int, to port: Int) throws {
        for _ in 0..<count {
            try sockets.withLock { $0.append(try Socket(port: port)) }
        }
    }

    func closeAll() {
        sockets.withLock { $0 = [] }
    }
}
