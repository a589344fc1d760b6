internal import CSQLite

/// A statement to be bound and stepped. To be used only inside the database access that it was made in.
@safe struct PreparedStatement {
    private let owner: CompiledStatement
    private let handle: OpaquePointer

    /// Compiles `sql`, or takes it from the connection's cache.
    ///
    /// - Parameter isCached: `false` for texts of which there are many, as the cache has no bound, and for two of one text at once.
    init(_ database: Database, _ sql: String, isCached: Bool = true) throws(SQLiteFailure) {
        owner = try database.compile(sql, isCached: isCached)
        unsafe handle = owner.handle
    }

    // MARK: - Parameters, counted from 1; they keep their value until bound anew

    func bind(_ value: Int64?, at index: Int32) {
        if let value {
            unsafe sqlite3_bind_int64(handle, index, value)
        } else {
            unsafe sqlite3_bind_null(handle, index)
        }
    }

    func bind(_ value: String?, at index: Int32) {
        guard var value else {
            unsafe sqlite3_bind_null(handle, index)
            return
        }
        if value.isEmpty {
            unsafe sqlite3_bind_text(handle, index, "", 0, PreparedStatement.copied)
            return
        }
        value.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                let count = Int32(clamping: characters.count)
                unsafe _ = sqlite3_bind_text(handle, index, characters.baseAddress, count, PreparedStatement.copied)
            }
        }
    }

    /// Binds NULL for no bytes.
    func bind(_ value: [UInt8], at index: Int32) {
        guard !value.isEmpty else {
            unsafe sqlite3_bind_null(handle, index)
            return
        }
        unsafe value.withUnsafeBytes { bytes in
            let count = Int32(clamping: bytes.count)
            unsafe _ = sqlite3_bind_blob(handle, index, bytes.baseAddress, count, PreparedStatement.copied)
        }
    }

    /// Binds what another statement's row has in that column, as it is.
    func bind(columnOf row: PreparedStatement, _ column: Int32) {
        unsafe _ = sqlite3_bind_value(handle, column + 1, sqlite3_column_value(row.handle, column))
    }

    // MARK: - Running

    /// Runs a statement that answers with no rows.
    func run() throws(SQLiteFailure) {
        while try step() {}
        reset()
    }

    /// Moves to the next row; `false` after the last. Call `reset` before the statement is used again.
    func step() throws(SQLiteFailure) -> Bool {
        let code = unsafe sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let message = unsafe String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
            reset()
            throw SQLiteFailure(code: code, message: message)
        }
    }

    func reset() {
        unsafe sqlite3_reset(handle)
    }

    /// Rows that the last INSERT, UPDATE or DELETE of this connection changed.
    var changes: Int {
        Int(unsafe sqlite3_changes(sqlite3_db_handle(handle)))
    }

    // MARK: - Columns, counted from 0

    var columnCount: Int32 {
        unsafe sqlite3_column_count(handle)
    }

    func integer(_ column: Int32) -> Int64 {
        unsafe sqlite3_column_int64(handle, column)
    }

    func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    func text(_ column: Int32) -> String {
        guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : text(column)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    private func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    /// SQLITE_TRANSIENT: SQLite makes its own copy of what is bound.
    private static var copied: sqlite3_destructor_type {
        unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }
}
