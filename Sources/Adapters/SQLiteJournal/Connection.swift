internal import Dispatch
internal import Synchronization

/// A database that any thread may use: one at a time, in the order in which they come.
///
/// Unchecked as the compiler can't see that `database` is touched on `queue` alone.
final class Connection: @unchecked Sendable {
    private let database: Database
    private let queue: DispatchQueue

    init(_ database: Database, label: String) {
        self.database = database
        queue = DispatchQueue(label: label)
    }

    func access<Value>(_ body: (Database) throws -> Value) rethrows -> Value {
        try queue.sync { try body(database) }
    }

    /// Runs `body` on the file as it is at one moment.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try queue.sync { try database.read(body) }
    }

    /// Likewise, on a thread that may wait for the disk.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try self.database.read(body) }) }
        }
    }

    /// Waits for those who came before; later uses fail.
    func close() {
        queue.sync { database.close() }
    }
}

/// The connections for what a caller waits for. Each query goes to the one that has the fewest before it.
final class ReadConnections: Sendable {
    private let connections: [Connection]
    private let waiting: Mutex<[Int]>

    init(_ connections: [Connection]) {
        self.connections = connections
        waiting = Mutex(connections.map { _ in 0 })
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let index = enter()
        defer { leave(index) }
        return try connections[index].read(body)
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let index = enter()
        defer { leave(index) }
        return try await connections[index].read(body)
    }

    func close() {
        for connection in connections { connection.close() }
    }

    private func enter() -> Int {
        waiting.withLock { waiting in
            let index = waiting.indices.min { waiting[$0] < waiting[$1] } ?? 0
            waiting[index] += 1
            return index
        }
    }

    private func leave(_ index: Int) {
        waiting.withLock { $0[index] -= 1 }
    }
}
