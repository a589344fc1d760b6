internal import CSQLite
internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

/// Reads messages and attempts from rows of `messages` and `attempts`.
enum MessageRow {
    /// What the queue must know of a message: what was accepted but its content, and how far it has come.
    static let columns = """
        id, state, attempts, attempt_at, counted_attempts, first_attempt_at, next_at, ended_at, msgid, reason,
        app, client, type, priority, retry_class, created_at, not_before, not_after,
        attempts > redriven_after AND EXISTS (
            SELECT 1 FROM attempts
            WHERE message_id = messages.id AND number > messages.redriven_after AND outcome = 'unknown'
        ),
        CASE WHEN idempotency_key GLOB '\(MessageSource.alertKeyPrefix)*' THEN idempotency_key END,
        redriven_after > 0 AND EXISTS (
            SELECT 1 FROM attempts
            WHERE message_id = messages.id AND number <= messages.redriven_after AND outcome = 'unknown'
        ),
        receipt_state, receipt_at, receipt_reason, collapse_mark, collapsed_into
        """

    /// The same with its content, but for the body.
    static let recordColumns =
        "\(columns), metadata, recipient, trace_id, idempotency_key, idempotency_digest, callback_url, collapse_key"

    static func record(_ row: PreparedStatement) throws(SQLiteFailure) -> MessageRecord {
        var content = MessageContent(
            body: [],
            metadata: row.bytes(26),
            recipient: row.text(27),
            traceparent: row.text(28),
            callbackURL: row.text(31),
            collapseKey: row.text(32)
        )
        if let key = row.optionalText(29) { content.idempotency = IdempotencyMark(key: key, digest: row.bytes(30)) }
        return MessageRecord(try message(row), content, try progress(row))
    }

    static func message(_ row: PreparedStatement) throws(SQLiteFailure) -> Message {
        Message(
            id: JobID(stored: row.integer(0)),
            app: row.text(10),
            client: row.text(11),
            type: try type(row, 12),
            priority: try priority(row, 13),
            retryClass: row.text(14),
            createdAt: Timestamp(milliseconds: row.integer(15)),
            notBefore: timestamp(row, 16),
            notAfter: timestamp(row, 17),
            source: MessageSource(idempotencyKey: row.optionalText(19)),
            collapse: CollapseMark(row.bytes(24))
        )
    }

    static func progress(_ row: PreparedStatement) throws(SQLiteFailure) -> MessageProgress {
        var progress = MessageProgress()
        progress.state = try state(row, 1)
        progress.startedAttempts = try count(row, 2, "attempts")
        progress.countedAttempts = try count(row, 4, "counted_attempts")
        if progress.state == .sending {
            progress.attemptAt = timestamp(row, 3) ?? Timestamp(milliseconds: row.integer(15))
        }
        progress.firstAttemptAt = timestamp(row, 5) ?? progress.attemptAt
        progress.nextAt = timestamp(row, 6)
        progress.endedAt = timestamp(row, 7)
        progress.msgid = row.optionalInteger(8)
        progress.reason = row.optionalText(9)
        progress.isAmbiguous = row.integer(18) != 0
        progress.wasInDoubt = row.integer(20) != 0
        progress.receipt = receipt(row, 21)
        progress.collapsedInto = row.optionalInteger(25).map(JobID.init(stored:))
        return progress
    }

    /// A receipt in three columns; none where the first is NULL, or has a word that only another version knows.
    static func receipt(_ row: PreparedStatement, _ column: Int32) -> MessageReceipt? {
        guard let state = row.optionalText(column).flatMap(MessageReceipt.State.init) else { return nil }
        let at = timestamp(row, column + 1) ?? Timestamp(milliseconds: 0)
        return MessageReceipt(state, at: at, reason: row.optionalText(column + 2))
    }

    static let attemptColumns = """
        number, started_at, duration, outcome, errcode, errmsg, rid, waits, next_at, next_reason, next_cost
        """

    static func attempt(_ row: PreparedStatement, of id: JobID) throws(SQLiteFailure) -> AttemptRecord {
        guard let outcome = Outcome(rawValue: row.text(3)) else { throw damage("outcome of an attempt", of: id) }
        guard let number = UInt32(exactly: row.integer(0)) else { throw damage("number of an attempt", of: id) }
        return AttemptRecord(
            number: Int(number),
            startedAt: Timestamp(milliseconds: row.integer(1)),
            duration: .nanoseconds(row.integer(2)),
            outcome: outcome,
            errcode: row.optionalInteger(4).map(Int.init),
            errmsg: row.optionalText(5),
            rid: row.optionalText(6),
            waits: StoredWaits.waits(row.optionalText(7)),
            next: row.optionalText(9).map { text in
                let (wait, reason) = StoredWaits.reason(text)
                let cost = StoredWaits.cost(row.text(10))
                return NextStep(due: timestamp(row, 8), wait: wait, reason: reason, cost: cost)
            }
        )
    }

    private static func timestamp(_ row: PreparedStatement, _ column: Int32) -> Timestamp? {
        row.optionalInteger(column).map(Timestamp.init(milliseconds:))
    }

    /// More attempts than this type holds were never made; whoever counts on from such a number must not overflow.
    private static func count(_ row: PreparedStatement, _ column: Int32, _ name: String) throws(SQLiteFailure) -> Int {
        guard let count = UInt32(exactly: row.integer(column)) else { throw damage(name, row) }
        return Int(count)
    }

    private static func state(_ row: PreparedStatement, _ column: Int32) throws(SQLiteFailure) -> JobState {
        guard let raw = UInt8(exactly: row.integer(column)), let state = JobState(rawValue: raw) else {
            throw damage("state", row)
        }
        return state
    }

    private static func priority(_ row: PreparedStatement, _ column: Int32) throws(SQLiteFailure) -> Priority {
        guard let raw = UInt8(exactly: row.integer(column)), let priority = Priority(rawValue: raw) else {
            throw damage("priority", row)
        }
        return priority
    }

    private static func type(_ row: PreparedStatement, _ column: Int32) throws(SQLiteFailure) -> MessageType {
        guard let type = MessageType(rawValue: row.text(column)) else { throw damage("type", row) }
        return type
    }

    /// What can't have been written, in a row that begins with the message's id.
    private static func damage(_ column: String, _ row: PreparedStatement) -> SQLiteFailure {
        damage(column, of: JobID(stored: row.integer(0)))
    }

    private static func damage(_ column: String, of id: JobID) -> SQLiteFailure {
        SQLiteFailure(
            code: SQLITE_CORRUPT,
            message: "message \(id) has a value that none can have in: \(column)"
        )
    }
}

/// A 64-bit hash that is the same in every process, as indexes store it (FNV-1a: Fowler, Noll and Vo). Collisions cost a
/// comparison, never an answer: whoever looks up by it compares the texts too.
struct StoredHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
        combine(0xFF)  // in no UTF-8 text, so that ("a", "b") and ("ab", "") differ
    }

    private mutating func combine(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    /// Of the words of an idempotency key.
    static func idempotency(client: String, app: String, key: String) -> Int64 {
        var hash = StoredHash()
        hash.combine(client)
        hash.combine(app)
        hash.combine(key)
        return Int64(bitPattern: hash.value)
    }

    /// Of a recipient: 32 bits, as many of these are stored.
    static func recipient(_ openid: String) -> Int64 {
        var hash = StoredHash()
        hash.combine(openid)
        return Int64(UInt32(truncatingIfNeeded: hash.value ^ (hash.value >> 32)))
    }
}

extension JobID {
    /// As the database has it. Ids keep their order up to 2^63, which the milliseconds in them reach in the year 2248.
    var stored: Int64 {
        Int64(bitPattern: rawValue)
    }

    init(stored: Int64) {
        self.init(rawValue: UInt64(bitPattern: stored))
    }
}

/// An attempt's waits and the price of its repeat as columns have them: short texts, NULL where there is nothing to say.
enum StoredWaits {
    /// Such as `rate_limited=1200,breaker_open=30000`, in milliseconds; `nil` when none of them took one.
    static func text(_ waits: [Wait]) -> String? {
        if waits.isEmpty { return nil }
        let items = waits.compactMap { wait -> String? in
            let milliseconds = wait.duration.inMilliseconds
            return milliseconds > 0 ? "\(wait.reason.rawValue)=\(milliseconds)" : nil
        }
        return items.isEmpty ? nil : items.joined(separator: ",")
    }

    /// What can be read of it: a reason that only another version knows is left out.
    static func waits(_ text: String?) -> [Wait] {
        guard let text else { return [] }
        return text.split(separator: ",").compactMap { item in
            guard let (name, milliseconds) = pair(item), let reason = WaitReason(rawValue: name) else {
                return nil
            }
            return Wait(reason, milliseconds)
        }
    }

    static func text(_ cost: RetryCost) -> String {
        switch cost {
        case .free: "free"
        case .paid: "paid"
        case .deferred(let delay): "deferred=\(delay.inMilliseconds)"
        }
    }

    /// Unknown prices count as none.
    static func cost(_ text: String) -> RetryCost {
        if text == "paid" { return .paid }
        guard let (name, delay) = pair(text[...]), name == "deferred" else { return .free }
        return .deferred(delay)
    }

    /// What a message waits for and why, such as `throttled: api minute-quota reach limit (45011)`. Words alone that look as if they
    /// began with a reason get a colon of their own in front.
    static func text(of next: NextStep) -> String {
        if let wait = next.wait { return "\(wait.rawValue): \(next.reason)" }
        let isClear = reason(next.reason) == (nil, next.reason)
        return isClear ? next.reason : ": " + next.reason
    }

    static func reason(_ text: String) -> (wait: WaitReason?, reason: String) {
        guard let colon = text.firstRange(of: ": ") else { return (nil, text) }
        let (name, words) = (text[..<colon.lowerBound], String(text[colon.upperBound...]))
        if name.isEmpty { return (nil, words) }
        return WaitReason(rawValue: String(name)).map { ($0, words) } ?? (nil, text)
    }

    private static func pair(_ item: Substring) -> (name: String, milliseconds: Duration)? {
        let parts = item.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int64(parts[1]), milliseconds >= 0 else { return nil }
        return (String(parts[0]), .milliseconds(milliseconds))
    }
}
