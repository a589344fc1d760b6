internal import WeirPorts

/// Opens the database and makes sure that it keeps its promises.
enum JournalDatabase {
    static func open(
        _ folder: JournalFolder,
        _ configuration: SQLiteJournalConfiguration
    ) throws(JournalError) -> Connection {
        try folder.prepareFile(applicationID: Schema.applicationID)
        do {
            let database = try Database(path: folder.databasePath)
            try setUp(database, configuration)
            try checkDurability(database, folder)
            try checkOwner(database, folder)
            try Schema.migrate(database)
            return Connection(database, label: "weir.journal")
        } catch let error as JournalError {
            throw error
        } catch {
            throw SQLiteFailure(error).journalError(in: folder.path)
        }
    }

    /// A connection that can't write, to a database that `open` has made or brought up to date.
    static func openReader(_ folder: JournalFolder) throws(JournalError) -> Database {
        do throws(SQLiteFailure) {
            return try Database(path: folder.databasePath, isReadOnly: true)
        } catch {
            throw error.journalError(in: folder.path)
        }
    }

    /// So many connections that can't write, at least one.
    static func openReaders(_ count: Int, _ folder: JournalFolder) throws(JournalError) -> [Connection] {
        var connections: [Connection] = []
        for _ in 0..<max(1, count) {
            connections.append(Connection(try openReader(folder), label: "weir.journal.reader"))
        }
        return connections
    }

    /// Write-ahead logging with `synchronous = FULL`: only then is a commit on disk when it returns. What is deleted is overwritten.
    private static func setUp(
        _ database: Database,
        _ configuration: SQLiteJournalConfiguration
    ) throws(SQLiteFailure) {
        let pages = configuration.maximumPages.map { "PRAGMA max_page_count = \($0);" } ?? ""
        try database.execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA cache_size = -\(configuration.cacheBytes >> 10);
            PRAGMA temp_store = MEMORY;
            PRAGMA secure_delete = ON;
            PRAGMA wal_autocheckpoint = \(configuration.checkpointPages);
            PRAGMA journal_size_limit = \(configuration.keptLogBytes);
            \(pages)
            """
        )
    }

    /// The table of migrations is there a moment before the first migration marks the file.
    private static let foreignTables = "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> '\(Schema.table)'"

    /// Reads back what durability rests on.
    static func checkDurability(_ database: Database, _ folder: JournalFolder) throws {
        let mode = try database.texts("PRAGMA journal_mode").first ?? ""
        let synchronous = try database.integer("PRAGMA synchronous") ?? 0
        guard mode == "wal", synchronous >= 2 else {
            throw JournalError.notDurable(
                "the journal in \(folder.path) would not sync its commits (journal_mode \(mode), synchronous \(synchronous))"
            )
        }
    }

    /// Refuses to copy what is no journal of this version's or an earlier one's.
    static func checkCopyable(_ database: Database, _ folder: JournalFolder) throws {
        try checkOwner(database, folder)
        guard try database.integer("SELECT 1 FROM sqlite_schema WHERE name = 'messages'") != nil else {
            throw JournalError.failed("there is no journal in \(folder.path) yet")
        }
    }

    /// Refuses what another program or a later version wrote.
    private static func checkOwner(_ database: Database, _ folder: JournalFolder) throws {
        let applicationID = try database.integer("PRAGMA application_id") ?? 0
        let tables = try database.integer(foreignTables) ?? 0
        guard applicationID == Int64(Schema.applicationID) || tables == 0 else {
            throw JournalError.corrupt("\(folder.databasePath) belongs to another program")
        }
        guard try !Schema.isSuperseded(database) else {
            throw JournalError.failed(
                "\(folder.databasePath) was written by a newer Weir: use that one, or another folder"
            )
        }
    }
}
