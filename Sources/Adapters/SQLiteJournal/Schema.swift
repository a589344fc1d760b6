/// The tables. Migrations are only ever added: what has once been released is never edited.
enum Schema {
    /// Marks the file as Weir's (`PRAGMA application_id`): "Weir" in ASCII.
    static let applicationID: UInt32 = 0x5765_6972

    /// Whether a later version wrote the file.
    static func isSuperseded(_ database: Database) throws(SQLiteFailure) -> Bool {
        try !done(in: database).subtracting(migrations.map(\.name)).isEmpty
    }

    /// Brings the file up to date, a transaction a migration.
    static func migrate(_ database: Database) throws(SQLiteFailure) {
        try database.execute("CREATE TABLE IF NOT EXISTS \(table) (identifier TEXT NOT NULL PRIMARY KEY)")
        let done = try done(in: database)
        for (name, sql) in migrations where !done.contains(name) {
            try database.write { (database) throws(SQLiteFailure) in
                try database.execute(sql)
                try database.execute("INSERT INTO \(table) (identifier) VALUES ('\(name)')")
            }
        }
    }

    private static func done(in database: Database) throws(SQLiteFailure) -> Set<String> {
        let isThere = try database.integer("SELECT 1 FROM sqlite_schema WHERE name = '\(table)'") != nil
        return isThere ? Set(try database.texts("SELECT identifier FROM \(table)")) : []
    }

    /// Names the migrations that a file has had. It is called after the library that earlier versions migrated with.
    static let table = "grdb_migrations"

    private static var migrations: [(name: String, sql: String)] {
        [
            ("1", first), ("2", second), ("3", third), ("4", fourth), ("receipts", receipts),
            ("suppressions", suppressions), ("deliveries", deliveries), ("collapse", collapse), ("counts", counts),
            ("audit", audit),
        ]
    }

    /// Times are milliseconds since 1970, durations nanoseconds, states and priorities their raw values.
    ///
    /// - Bodies have a table of their own, so that settling, listing and restoring a message don't move half a kilobyte each.
    /// - `attempt_at` is set exactly while an attempt is in flight; `first_attempt_at` gets its value when the first attempt
    ///   ends, so that one that is given back leaves nothing behind.
    /// - `messages_state` leaves out the states that nearly every message ends in, 2 (sent) and 3 (delivered): it stays small.
    /// - `messages_recipient` is sorted by segment (see `RecipientSegments`) and then by hash: an index by recipient alone
    ///   would touch one page of the disk for each message.
    private static let first = """
        PRAGMA application_id = \(applicationID);
        CREATE TABLE messages (
            id INTEGER PRIMARY KEY,
            state INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            attempt_at INTEGER,
            counted_attempts INTEGER NOT NULL,
            first_attempt_at INTEGER,
            next_at INTEGER,
            ended_at INTEGER,
            msgid INTEGER,
            reason TEXT,
            app TEXT NOT NULL,
            client TEXT NOT NULL,
            type TEXT NOT NULL,
            priority INTEGER NOT NULL,
            retry_class TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            not_before INTEGER,
            not_after INTEGER,
            recipient TEXT NOT NULL,
            recipient_hash INTEGER,
            segment INTEGER,
            trace_id TEXT NOT NULL,
            idempotency_key TEXT,
            idempotency_digest BLOB,
            idempotency_hash INTEGER,
            metadata BLOB
        ) STRICT;
        CREATE INDEX messages_state ON messages (state) WHERE state NOT IN (2, 3);
        CREATE INDEX messages_app ON messages (app);
        CREATE INDEX messages_client ON messages (client) WHERE client <> '';
        CREATE INDEX messages_recipient ON messages (segment, recipient_hash) WHERE segment IS NOT NULL;
        CREATE INDEX messages_idempotency ON messages (idempotency_hash) WHERE idempotency_hash IS NOT NULL;
        CREATE TABLE bodies (
            message_id INTEGER PRIMARY KEY,
            body BLOB NOT NULL
        ) STRICT;
        CREATE TABLE attempts (
            message_id INTEGER NOT NULL,
            number INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            errcode INTEGER,
            errmsg TEXT,
            rid TEXT,
            PRIMARY KEY (message_id, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE probes (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL
        ) STRICT;
        """

    /// What an explanation tells of an attempt; all NULL in rows that are older. Texts are those of `StoredWaits`.
    ///
    /// `next_reason` and `next_cost` are set exactly where the message waited on after the attempt. From here on
    /// `messages.trace_id` holds a whole `traceparent`, with its `tracestate` behind a space where there is one; older rows have the bare
    /// trace id.
    private static let second = """
        ALTER TABLE attempts ADD COLUMN waits TEXT;
        ALTER TABLE attempts ADD COLUMN next_at INTEGER;
        ALTER TABLE attempts ADD COLUMN next_reason TEXT;
        ALTER TABLE attempts ADD COLUMN next_cost TEXT;
        """

    /// Small named values beside the messages; see `LedgerEntry`.
    private static let third = """
        CREATE TABLE ledger (
            name TEXT PRIMARY KEY,
            value BLOB NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// `redriven_after` is the number of attempts at the last redrive: what came before says nothing of a doubt. The times
    /// of attempts can't tell this, as the clock may have been set back. For older rows they are all there is.
    private static let fourth = """
        ALTER TABLE messages ADD COLUMN redriven_after INTEGER NOT NULL DEFAULT 0;
        UPDATE messages INDEXED BY messages_state SET redriven_after = coalesce((
            SELECT max(number) FROM attempts
            WHERE message_id = messages.id AND started_at < coalesce(first_attempt_at, attempt_at, 9223372036854775807)
        ), 0) WHERE state NOT IN (2, 3) AND state IN (0, 1) AND messages.attempts > 0;
        """

    /// `followed_at` is set where a receipt may come, and only for apps with a callback: the indexes hold these alone, and
    /// those of what is awaited lose a message with its receipt. `search` is 0 for a receipt that is to be matched by its
    /// recipient, 1 where that found nothing, 2 where it has its message.
    private static let receipts = """
        ALTER TABLE messages ADD COLUMN followed_at INTEGER;
        ALTER TABLE messages ADD COLUMN receipt_state TEXT;
        ALTER TABLE messages ADD COLUMN receipt_at INTEGER;
        ALTER TABLE messages ADD COLUMN receipt_reason TEXT;
        CREATE INDEX messages_msgid ON messages (msgid) WHERE followed_at IS NOT NULL AND msgid IS NOT NULL;
        CREATE INDEX messages_awaited ON messages (app, followed_at)
            WHERE followed_at IS NOT NULL AND receipt_state IS NULL;
        CREATE INDEX messages_awaited_recipient ON messages (recipient_hash, followed_at)
            WHERE followed_at IS NOT NULL AND receipt_state IS NULL AND recipient_hash IS NOT NULL;
        CREATE TABLE receipts (
            seq INTEGER PRIMARY KEY,
            app TEXT NOT NULL,
            digest INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            types TEXT NOT NULL,
            msgid INTEGER,
            recipient TEXT NOT NULL,
            state TEXT NOT NULL,
            at INTEGER NOT NULL,
            reason TEXT,
            search INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX receipts_digest ON receipts (digest, app);
        CREATE INDEX receipts_due ON receipts (seq) WHERE search = 0;
        CREATE INDEX receipts_msgid ON receipts (msgid) WHERE search < 2 AND msgid IS NOT NULL;
        CREATE INDEX receipts_recipient ON receipts (recipient) WHERE search = 1;
        CREATE TABLE contradictions (
            message_id INTEGER NOT NULL,
            number INTEGER NOT NULL,
            state TEXT NOT NULL,
            at INTEGER NOT NULL,
            reason TEXT,
            PRIMARY KEY (message_id, number)
        ) STRICT, WITHOUT ROWID;
        """

    /// `place` is the order in which they were made. It is not used again, so that a page goes on where the one before ended.
    private static let suppressions = """
        CREATE TABLE suppressions (
            place INTEGER PRIMARY KEY AUTOINCREMENT,
            app TEXT NOT NULL,
            recipient TEXT NOT NULL,
            reach TEXT NOT NULL,
            errcode INTEGER,
            since INTEGER NOT NULL,
            until INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX suppressions_recipient ON suppressions (recipient, app, reach);
        CREATE INDEX suppressions_app ON suppressions (app, place);
        CREATE INDEX suppressions_until ON suppressions (until);
        """

    /// `place` is not used again, as destinations know a delivery by it. `state` is 0 while it waits, 1 where it was given up, 2 where
    /// it is over and only its digest counts. `message_id` is set where it tells of a message's end, and `body` where not.
    private static let deliveries = """
        ALTER TABLE messages ADD COLUMN callback_url TEXT;
        CREATE INDEX messages_callback ON messages (id) WHERE callback_url IS NOT NULL;
        CREATE TABLE deliveries (
            place INTEGER PRIMARY KEY AUTOINCREMENT,
            destination TEXT NOT NULL,
            app TEXT NOT NULL,
            message_id INTEGER,
            bytes INTEGER NOT NULL,
            digest INTEGER,
            created_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            next_at INTEGER,
            state INTEGER NOT NULL,
            kept_until INTEGER,
            body BLOB
        ) STRICT;
        CREATE UNIQUE INDEX deliveries_digest ON deliveries (digest, destination) WHERE digest IS NOT NULL;
        CREATE INDEX deliveries_waiting ON deliveries (place) WHERE state = 0;
        CREATE INDEX deliveries_dead ON deliveries (destination, place) WHERE state = 1;
        CREATE INDEX deliveries_kept ON deliveries (kept_until) WHERE kept_until IS NOT NULL;
        """

    /// `collapse_mark` is that of `CollapseMark`, and set where there is a key; `collapsed_into` is the id of the newer message.
    private static let collapse = """
        ALTER TABLE messages ADD COLUMN collapse_key TEXT;
        ALTER TABLE messages ADD COLUMN collapse_mark BLOB;
        ALTER TABLE messages ADD COLUMN collapsed_into INTEGER;
        """

    /// What recipients were sent on a day of Shanghai, by marks that name nobody.
    private static let counts = """
        CREATE TABLE counts (
            day INTEGER NOT NULL,
            mark INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (day, mark)
        ) STRICT, WITHOUT ROWID;
        """

    /// What operators did, in the order in which they did it. `place` is not used again: a page goes on where the one before ended.
    private static let audit = """
        CREATE TABLE audit (
            place INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            who TEXT NOT NULL,
            role TEXT NOT NULL,
            action TEXT NOT NULL,
            target TEXT NOT NULL,
            reason TEXT NOT NULL,
            status INTEGER NOT NULL,
            peer TEXT NOT NULL,
            trace_id TEXT NOT NULL
        ) STRICT;
        """
}
