internal import CSQLite
internal import Dispatch
internal import Synchronization

/// A connection to an SQLite file, for one thread at a time. It closes with its last reference, if not before.
@safe final class Database {
    /// Milliseconds. The folder's lock keeps other gateways out; this is for an operator's sqlite3 shell.
    private static let patience: Int32 = 5_000

    /// nil once it is closed.
    private var handle: OpaquePointer?
    private var statements: [String: CompiledStatement] = [:]

    /// Opens the file; one that is to be written is made when it is missing.
    init(path: String, isReadOnly: Bool = false) throws(SQLiteFailure) {
        let access = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let code = unsafe sqlite3_open_v2(path, &handle, access | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK else {
            let failure = failure(code)
            close()
            throw failure
        }
        unsafe sqlite3_extended_result_codes(handle, 1)
        unsafe sqlite3_busy_timeout(handle, Database.patience)
    }

    deinit {
        close()
    }

    /// Every later use fails with `SQLITE_MISUSE`.
    func close() {
        statements = [:]
        // SQLite keeps it until the statements that are still held somewhere are let go.
        unsafe sqlite3_close_v2(handle)
        unsafe handle = nil
    }

    // MARK: - Statements

    /// Compiles one statement, or takes it from the cache, which has no bound.
    func compile(_ sql: String, isCached: Bool) throws(SQLiteFailure) -> CompiledStatement {
        if isCached, let known = statements[sql] { return known }
        guard unsafe handle != nil else { throw Database.closed }
        var compiled: OpaquePointer?
        let flags = isCached ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        let code = unsafe sqlite3_prepare_v3(handle, sql, -1, flags, &compiled, nil)
        guard code == SQLITE_OK, let compiled = unsafe compiled else { throw failure(code) }
        let statement = unsafe CompiledStatement(compiled)
        if isCached { statements[sql] = statement }
        return statement
    }

    /// Runs any number of statements and passes over what they answer.
    func execute(_ sql: String) throws(SQLiteFailure) {
        guard unsafe handle != nil else { throw Database.closed }
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// The first value of the first row; nil for NULL and where there is no row.
    func integer(_ sql: String) throws(SQLiteFailure) -> Int64? {
        let row = try PreparedStatement(self, sql, isCached: false)
        return try row.step() ? row.optionalInteger(0) : nil
    }

    /// The first value of each row.
    func texts(_ sql: String) throws(SQLiteFailure) -> [String] {
        let row = try PreparedStatement(self, sql, isCached: false)
        var texts: [String] = []
        while try row.step() { texts.append(row.text(0)) }
        return texts
    }

    // MARK: - Transactions

    /// Runs `body` on the file as it is at one moment.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try PreparedStatement(self, "BEGIN").run()
        defer { rollback() }
        return try body(self)
    }

    /// Runs `body` in a transaction, of which nothing stays when `body` or the commit fails.
    func write<Value>(_ body: (Database) throws(SQLiteFailure) -> Value) throws(SQLiteFailure) -> Value {
        do throws(SQLiteFailure) {
            try PreparedStatement(self, "BEGIN IMMEDIATE").run()
            let value = try body(self)
            try PreparedStatement(self, "COMMIT").run()
            return value
        } catch {
            rollback()
            throw error
        }
    }

    /// Ends the transaction if there is one: a full disk may have ended it already. One that can't be ended fails the next.
    private func rollback() {
        guard unsafe handle != nil, unsafe sqlite3_get_autocommit(handle) == 0 else { return }
        try? PreparedStatement(self, "ROLLBACK").run()
    }

    /// Moves what is in the write-ahead log into the file, as far as nobody reads it.
    ///
    /// - Parameter truncating: waits for those who read, and empties the log.
    func checkpoint(truncating: Bool) {
        guard unsafe handle != nil else { return }
        let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode, nil, nil)
    }

    /// Moves all of the write-ahead log into the file and empties it. Waits for nobody.
    ///
    /// - Returns: Whether that was done: not while somebody reads an older state.
    func emptyLog() -> Bool {
        guard unsafe handle != nil else { return false }
        unsafe sqlite3_busy_timeout(handle, 0)
        defer { unsafe sqlite3_busy_timeout(handle, Database.patience) }
        return unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil) == SQLITE_OK
    }

    // MARK: - Failures

    private func failure(_ code: Int32) -> SQLiteFailure {
        SQLiteFailure(code: code, message: unsafe String(cString: sqlite3_errmsg(handle)))
    }

    private static let closed = SQLiteFailure(code: SQLITE_MISUSE, message: "the connection is closed")
}

/// A statement as SQLite has compiled it.
@safe final class CompiledStatement {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }
}

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
