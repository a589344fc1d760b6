extension ReceiptWriter {
    /// What the statements say.
    enum SQL {
        static let isKnown = "SELECT 1 FROM receipts INDEXED BY receipts_digest WHERE digest = ?1 AND app = ?2"

        static let withMsgid = """
            SELECT id FROM messages INDEXED BY messages_msgid
            WHERE msgid = ?1 AND followed_at IS NOT NULL AND msgid IS NOT NULL AND app = ?2
            AND instr(?3, ',' || type || ',') > 0 ORDER BY id DESC LIMIT 1
            """

        /// Two are enough to know that there are several.
        static let candidates = """
            SELECT id FROM messages INDEXED BY messages_awaited_recipient
            WHERE recipient_hash = ?1 AND followed_at IS NOT NULL AND receipt_state IS NULL AND recipient_hash IS NOT NULL
            AND followed_at >= ?2 AND recipient = ?3 AND app = ?4 AND instr(?5, ',' || type || ',') > 0
            AND coalesce(first_attempt_at, followed_at) <= ?6 AND (?7 IS NULL OR msgid IS NULL)
            LIMIT 2
            """

        static let progress =
            "SELECT state, reason, receipt_state, receipt_at, receipt_reason FROM messages WHERE id = ?1"

        static let store = """
            UPDATE messages SET state = ?2, reason = ?3, receipt_state = ?4, receipt_at = ?5, receipt_reason = ?6 WHERE id = ?1
            """

        static let contradict = """
            INSERT INTO contradictions (message_id, number, state, at, reason)
            SELECT ?1, count(*), ?2, ?3, ?4 FROM contradictions WHERE message_id = ?1 HAVING count(*) < ?5
            """

        static let keep = """
            INSERT INTO receipts (app, digest, received_at, types, msgid, recipient, state, at, reason, search)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """

        private static let columns = "seq, app, types, msgid, recipient, state, at, reason, digest, received_at"

        static let keptWithMsgid = """
            SELECT \(columns) FROM receipts INDEXED BY receipts_msgid
            WHERE search < 2 AND msgid IS NOT NULL AND msgid = (SELECT msgid FROM messages WHERE id = ?1)
            AND app = (SELECT app FROM messages WHERE id = ?1) ORDER BY seq
            """

        static let searchAgain = """
            UPDATE receipts INDEXED BY receipts_recipient SET search = 0
            WHERE search = 1 AND recipient = (SELECT recipient FROM messages WHERE id = ?1)
            AND app = (SELECT app FROM messages WHERE id = ?1)
            """

        static let due = """
            SELECT \(columns) FROM receipts INDEXED BY receipts_due
            WHERE search = 0 AND received_at <= ?1 ORDER BY seq LIMIT ?2
            """

        /// The oldest, and of each whether it must go. Numbers have no gaps but at the front.
        static let oldest = """
            SELECT seq, app, state, search, received_at <= ?2 OR seq <= (SELECT max(seq) FROM receipts) - ?3
            FROM receipts ORDER BY seq LIMIT ?1
            """

        static let late = """
            SELECT id FROM messages INDEXED BY messages_awaited
            WHERE app = ?1 AND followed_at IS NOT NULL AND receipt_state IS NULL AND followed_at <= ?2 AND state IN (2, 8)
            ORDER BY followed_at, id LIMIT ?3
            """
    }
}
