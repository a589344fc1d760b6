import Synchronization

/// A connection for several calls, one after the other, from any task.
final class KeptConnection: Sendable {
    private struct Box: @unchecked Sendable {
        // One call at a time: `turn` sees to it.
        let connection: HTTPConnection
    }

    private let turn: Mutex<Box>

    init(port: Int) throws(SocketError) {
        turn = Mutex(Box(connection: try HTTPConnection(port: port)))
    }

    func call(
        _ method: String,
        _ target: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil
    ) async throws -> Answer {
        try await onThread {
            try self.turn.withLock { try $0.connection.call(method, target, headers: headers, body: body) }
        }
    }
}
