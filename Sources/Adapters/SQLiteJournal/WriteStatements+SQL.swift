internal import WeirPorts

extension WriteStatements {
    /// What the statements say. Parameters 1 to 7 of `settle` and `conclude` are the same.
    enum SQL {
        static let insertMessage = """
            INSERT INTO messages (
                id, state, attempts, attempt_at, counted_attempts, app, client, type, priority, retry_class,
                created_at, not_before, not_after, recipient, recipient_hash, segment, trace_id,
                idempotency_key, idempotency_digest, idempotency_hash, metadata
            ) VALUES (
                ?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20
            )
            """

        static let start = """
            UPDATE messages SET state = 1, attempts = ?2, attempt_at = ?3, next_at = NULL, reason = NULL WHERE id = ?1
            """

        static let settle = """
            UPDATE messages SET
                state = ?2, attempts = max(attempts, ?8), attempt_at = NULL, counted_attempts = ?3,
                first_attempt_at = coalesce(first_attempt_at, attempt_at, ?9),
                next_at = ?4, ended_at = ?5, msgid = coalesce(?6, msgid), reason = ?7
            WHERE id = ?1
            """

        /// An attempt in flight has not been one, its number is free again.
        static let conclude = """
            UPDATE messages SET
                state = ?2, attempts = attempts - (attempt_at IS NOT NULL), attempt_at = NULL, counted_attempts = ?3,
                next_at = ?4, ended_at = ?5, msgid = coalesce(?6, msgid), reason = ?7
            WHERE id = ?1
            """

        static let redrive = """
            UPDATE messages SET
                state = 0, attempt_at = NULL, counted_attempts = 0, first_attempt_at = NULL,
                not_before = NULL, not_after = NULL, next_at = ?2, ended_at = NULL, msgid = NULL, reason = NULL,
                redriven_after = attempts
            WHERE id = ?1
            """

        /// A settle may be repeated.
        static let insertAttempt = """
            INSERT OR REPLACE INTO attempts (
                message_id, number, started_at, duration, outcome, errcode, errmsg, rid,
                waits, next_at, next_reason, next_cost
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """

        /// Attempts that `AttemptTrail` keeps no longer; ?2 is the number of the last such one. That is one a settle, and a few
        /// where an earlier version left thousands. The first attempt in doubt since the last redrive stays: the doubt must
        /// outlive a restart.
        static let omitted = """
            SELECT number FROM attempts AS old
            WHERE message_id = ?1 AND number > \(AttemptTrail.first) AND number <= ?2 AND (
                outcome <> 'unknown'
                OR number <= (SELECT redriven_after FROM messages WHERE id = ?1)
                OR EXISTS (
                    SELECT 1 FROM attempts AS earlier
                    WHERE earlier.message_id = ?1 AND earlier.number < old.number AND earlier.outcome = 'unknown'
                    AND earlier.number > (SELECT redriven_after FROM messages WHERE id = ?1)
                )
            ) ORDER BY number LIMIT 8
            """

        static let deleteAttempt = "DELETE FROM attempts WHERE message_id = ?1 AND number = ?2"

        static let remember = "INSERT OR REPLACE INTO ledger (name, value, at) VALUES (?1, ?2, ?3)"

        static let forget = "DELETE FROM ledger WHERE name = ?1"

        static let body = """
            SELECT body, trace_id FROM bodies JOIN messages ON messages.id = message_id WHERE message_id = ?1
            """

        static let segment = """
            SELECT coalesce(max(segment), 0) FROM messages INDEXED BY messages_recipient
            WHERE segment IS NOT NULL AND segment <= ?1
            """

        /// The newest segment, how many messages it has and the largest id among them.
        static let newestSegment = """
            SELECT segment, count(*), max(id) FROM messages INDEXED BY messages_recipient
            WHERE segment = (
                SELECT max(segment) FROM messages INDEXED BY messages_recipient WHERE segment IS NOT NULL
            ) GROUP BY segment
            """
    }
}
