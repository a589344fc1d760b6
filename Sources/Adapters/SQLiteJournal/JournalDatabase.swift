internal import GRDB
internal import WeirPorts

/// Opens the database and makes sure that it keeps its promises.
enum JournalDatabase {
    static func open(
        _ folder: JournalFolder,
        _ configuration: SQLiteJournalConfiguration
    ) throws(JournalError) -> DatabasePool {
        try folder.prepareFile(applicationID: Schema.applicationID)
        do {
            let pool = try DatabasePool(path: folder.databasePath, configuration: settings(configuration))
            try pool.writeWithoutTransaction { database in
                try setUp(database, configuration)
                try checkDurability(database, folder)
                try checkOwner(database, folder)
            }
            try Schema.migrator.migrate(pool)
            return pool
        } catch let error as JournalError {
            throw error
        } catch {
            throw SQLiteFailure(error).journalError(in: folder.path)
        }
    }

    /// A connection of its own that can't write, to a database that `open` has made or brought up to date.
    static func openReader(_ folder: JournalFolder) throws(JournalError) -> DatabaseQueue {
        var settings = Configuration()
        settings.label = "weir.journal.reader"
        settings.readonly = true
        settings.foreignKeysEnabled = false
        settings.busyMode = .timeout(5)
        do {
            return try DatabaseQueue(path: folder.databasePath, configuration: settings)
        } catch {
            throw SQLiteFailure(error).journalError(in: folder.path)
        }
    }

    private static func settings(_ configuration: SQLiteJournalConfiguration) -> Configuration {
        var settings = Configuration()
        settings.label = "weir.journal"
        settings.maximumReaderCount = max(1, configuration.readers)
        settings.foreignKeysEnabled = false
        // The folder's lock keeps other gateways out; this is for an operator's sqlite3 shell.
        settings.busyMode = .timeout(5)
        // A rollback that fails leaves a transaction open: an error to report, not a reason to stop the process.
        settings.allowsUnsafeTransactions = true
        return settings
    }

    /// GRDB sets synchronous=NORMAL when it switches to write-ahead logging, so FULL must come after opening: only then
    /// is a commit on disk when it returns.
    private static func setUp(_ database: Database, _ configuration: SQLiteJournalConfiguration) throws {
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA cache_size = -\(configuration.cacheBytes >> 10);
                PRAGMA temp_store = MEMORY;
                """
        )
        // These answer with a row.
        _ = try Int.fetchOne(database, sql: "PRAGMA wal_autocheckpoint = \(configuration.checkpointPages)")
        _ = try Int.fetchOne(database, sql: "PRAGMA journal_size_limit = \(configuration.keptLogBytes)")
        if let pages = configuration.maximumPages {
            _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    /// The migrator's own table is there a moment before the first migration marks the file.
    private static let foreignTables = "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'"

    /// Reads back what durability rests on.
    static func checkDurability(_ database: Database, _ folder: JournalFolder) throws {
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? ""
        let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? 0
        guard mode == "wal", synchronous >= 2 else {
            throw JournalError.notDurable(
                "the journal in \(folder.path) would not sync its commits (journal_mode \(mode), synchronous \(synchronous))"
            )
        }
    }

    /// Refuses to copy what is no journal of this version's or an earlier one's.
    static func checkCopyable(_ database: Database, _ folder: JournalFolder) throws {
        try checkOwner(database, folder)
        guard try database.tableExists("messages") else {
            throw JournalError.failed("there is no journal in \(folder.path) yet")
        }
    }

    /// Refuses what another program or a later version wrote.
    private static func checkOwner(_ database: Database, _ folder: JournalFolder) throws {
        let applicationID = try UInt32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let tables = try Int.fetchOne(database, sql: foreignTables) ?? 0
        guard applicationID == Schema.applicationID || tables == 0 else {
            throw JournalError.corrupt("\(folder.databasePath) belongs to another program")
        }
        guard try !Schema.migrator.hasBeenSuperseded(database) else {
            throw JournalError.failed(
                "\(folder.databasePath) was written by a newer Weir: use that one, or another folder"
            )
        }
    }
}
