internal import Queueing
internal import Timekeeping
internal import WeirPorts

/// Removes what has been kept long enough, a step at a time: first a walk over the bodies, then one over the messages, each
/// by id and only as far as anything can be old enough. Where it stands is kept in memory; after a restart it starts over. Each step also
/// removes suppressions whose time is over, deliveries that are kept no longer, counts of past days, and the oldest of too long an audit
/// trail.
struct Sweeper: Equatable {
    private enum Walk {
        case bodies, messages
    }

    private struct Candidate {
        var id: Int64
        var state: JobState?
        var createdAt: Timestamp
        var endedAt: Timestamp?
        var hasIdempotencyKey: Bool
    }

    private var walk = Walk.bodies
    /// The last id that was looked at.
    private var position = Int64.min

    static let bodiesSQL = """
        SELECT message_id, state, created_at, ended_at, 0 FROM bodies LEFT JOIN messages ON id = message_id
        WHERE message_id > ?1 ORDER BY message_id LIMIT ?2
        """
    /// Of days before yesterday in Shanghai, which is eight hours ahead.
    static let countsSQL = """
        DELETE FROM counts WHERE (day, mark) IN (
            SELECT day, mark FROM counts WHERE day < (?1 + 28800000) / 86400000 - 1 ORDER BY day, mark LIMIT ?2
        )
        """
    static let messagesSQL = """
        SELECT id, state, created_at, ended_at, idempotency_key IS NOT NULL FROM messages WHERE id > ?1 ORDER BY id LIMIT ?2
        """

    /// Looks at the next `limit` rows and removes those that are due.
    ///
    /// - Returns: Whether the two walks have not come to their end; the next step then goes on where this one stopped.
    mutating func step(
        _ database: Database,
        _ retention: Retention,
        now: Timestamp,
        limit: Int
    ) throws(SQLiteFailure) -> Bool {
        let limit = max(1, limit)
        let hasMoreSuppressions = try remove(SuppressionWriter.SQL.sweep, database, now: now, limit: limit)
        let hasMoreDeliveries = try remove(DeliveryWriter.SQL.sweep, database, now: now, limit: limit)
        let hasMoreCounts = try remove(Sweeper.countsSQL, database, now: now, limit: limit)
        let oldest = now + (.zero - retention.audit)
        let hasMoreAudit = try remove(AuditRows.sweepSQL, database, now: oldest, limit: limit)
        let hasMoreRows = hasMoreSuppressions || hasMoreDeliveries || hasMoreCounts || hasMoreAudit
        return try walkOn(database, retention, now: now, limit: limit) || hasMoreRows
    }

    /// Removes at most `limit` rows that say by themselves until when they are kept.
    ///
    /// - Returns: Whether there may be more.
    private func remove(
        _ sql: String,
        _ database: Database,
        now: Timestamp,
        limit: Int
    ) throws(SQLiteFailure) -> Bool {
        let statement = try PreparedStatement(database, sql)
        statement.bind(now.milliseconds, at: 1)
        statement.bind(Int64(limit), at: 2)
        try statement.run()
        return statement.changes == limit
    }

    private mutating func walkOn(
        _ database: Database,
        _ retention: Retention,
        now: Timestamp,
        limit: Int
    ) throws(SQLiteFailure) -> Bool {
        let candidates = try candidates(database, limit)
        try remove(candidates.filter { isDue($0, retention, now) }.map(\.id), database)
        let isTooYoung = candidates.last.map { now - $0.createdAt < shortest(retention) } ?? true
        guard isTooYoung || candidates.count < limit else {
            position = candidates.last?.id ?? .min
            return true
        }
        position = .min
        walk = walk == .bodies ? .messages : .bodies
        return walk == .messages
    }

    private func candidates(_ database: Database, _ limit: Int) throws(SQLiteFailure) -> [Candidate] {
        let sql = walk == .bodies ? Sweeper.bodiesSQL : Sweeper.messagesSQL
        let row = try PreparedStatement(database, sql)
        row.bind(position, at: 1)
        row.bind(Int64(limit), at: 2)
        defer { row.reset() }
        var candidates: [Candidate] = []
        while try row.step() {
            candidates.append(
                Candidate(
                    id: row.integer(0),
                    state: row.optionalInteger(1).flatMap { JobState(rawValue: UInt8(clamping: $0)) },
                    createdAt: Timestamp(milliseconds: row.integer(2)),
                    endedAt: row.optionalInteger(3).map(Timestamp.init(milliseconds:)),
                    hasIdempotencyKey: row.integer(4) != 0
                )
            )
        }
        return candidates
    }

    private func isDue(_ candidate: Candidate, _ retention: Retention, _ now: Timestamp) -> Bool {
        guard let endedAt = candidate.endedAt, let kept = kept(candidate.state, retention) else { return false }
        // A message that is gone can't answer for its key.
        if candidate.hasIdempotencyKey, now - candidate.createdAt < JournalReader.idempotencyKept { return false }
        return now - endedAt >= kept
    }

    /// How long after its end the row of this walk is kept; `nil` for what has not ended.
    private func kept(_ state: JobState?, _ retention: Retention) -> Duration? {
        switch (state, walk) {
        case (nil, _), (.pending, _), (.sending, _): nil
        case (.sent, .bodies), (.delivered, .bodies), (.expired, .bodies), (.cancelled, .bodies): retention.bodies
        case (.sent, .messages), (.delivered, .messages), (.expired, .messages), (.cancelled, .messages): retention.sent
        case (.failed, .messages): retention.failed
        case (.dead, .messages), (.unknown, .messages): retention.dead
        // They can be redriven: their bodies go when they do.
        case (.failed, .bodies), (.dead, .bodies), (.unknown, .bodies): nil
        }
    }

    /// What was created less than this ago can't have ended long enough ago.
    private func shortest(_ retention: Retention) -> Duration {
        switch walk {
        case .bodies: retention.bodies
        case .messages: min(retention.sent, retention.failed, retention.dead)
        }
    }

    private func remove(_ ids: [Int64], _ database: Database) throws(SQLiteFailure) {
        guard !ids.isEmpty else { return }
        var statements = [try PreparedStatement(database, "DELETE FROM bodies WHERE message_id = ?1")]
        if walk == .messages {
            statements.append(try PreparedStatement(database, "DELETE FROM attempts WHERE message_id = ?1"))
            statements.append(try PreparedStatement(database, "DELETE FROM contradictions WHERE message_id = ?1"))
            statements.append(try PreparedStatement(database, "DELETE FROM messages WHERE id = ?1"))
        }
        for id in ids {
            for statement in statements {
                statement.bind(id, at: 1)
                try statement.run()
            }
        }
    }
}
