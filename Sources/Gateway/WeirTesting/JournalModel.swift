public import Queueing
public import Timekeeping
internal import WeChat
public import WeirPorts

/// What a journal holds on disk, as a value: the meaning of every write and every question.
///
/// It keeps everything in two dictionaries and looks through all of it for each question, so that it is plainly right.
/// Journals are compared with it, and `MemoryJournal` is one around it.
public struct JournalModel: Sendable {
    /// What a message's record does not say of its attempts.
    public struct Started: Sendable {
        /// The number of the last attempt that was started.
        public fileprivate(set) var count = 0
        /// When the attempt in flight was started; `nil` when none is.
        public fileprivate(set) var at: Timestamp?
        /// An attempt since the last redrive ended with an unknown outcome.
        public fileprivate(set) var isAmbiguous = false
    }

    /// Every message as it was last written. `firstAttemptAt` is set once the first attempt has ended.
    public private(set) var messages: [JobID: MessageRecord] = [:]
    public private(set) var ledger: [String: LedgerEntry] = [:]
    /// The attempts of each message.
    public private(set) var started: [JobID: Started] = [:]

    public init() {}

    // MARK: Writes

    /// Why a journal can't take these writes together, which is an id that is there already; `nil` when it can.
    public func refusal(of writes: [JournalWrite]) -> JournalError? {
        var added: Set<JobID> = []
        for case .accept(let record) in writes {
            guard messages[record.id] == nil, added.insert(record.id).inserted else {
                return .failed("message \(record.id) is there already")
            }
        }
        return nil
    }

    /// Does the writes of one call, in their order.
    public mutating func apply(_ writes: [JournalWrite]) -> JournalReceipt {
        var receipt = JournalReceipt()
        for write in writes {
            apply(write)
            guard case .start(let id, _, _, true) = write, let record = messages[id], !record.body.isEmpty else {
                continue
            }
            receipt.bodies[id] = StoredBody(bytes: record.body, traceparent: record.traceparent)
        }
        return receipt
    }

    /// Does one write. Except for `accept`, a write about a message that is not there does nothing.
    public mutating func apply(_ write: JournalWrite) {
        switch write {
        case .accept(let record):
            messages[record.id] = record
            started[record.id] = Started()
        case .start(let id, let number, let at, _):
            change(id) { record, started in
                started.count = number
                started.at = at
                record.state = .sending
                record.nextAt = nil
                record.reason = nil
            }
        case .settle(let id, let attempt, let settlement):
            change(id) { record, started in
                record.firstAttemptAt = record.firstAttemptAt ?? started.at ?? attempt.startedAt
                started.count = max(started.count, attempt.number)
                started.at = nil
                if attempt.outcome == .unknown { started.isAmbiguous = true }
                JournalModel.add(attempt, to: &record)
                JournalModel.settle(&record, settlement)
            }
        case .conclude(let id, let settlement):
            change(id) { record, started in
                if started.at != nil { started.count -= 1 }
                started.at = nil
                JournalModel.settle(&record, settlement)
            }
        case .redrive(let id, let at):
            change(id) { record, started in
                started.at = nil
                started.isAmbiguous = false
                JournalModel.redrive(&record, at: at)
            }
        case .remember(let entry): ledger[entry.name] = entry
        case .forget(let name): ledger[name] = nil
        }
    }

    /// The ledger's entries by the bytes of their names.
    var entries: [LedgerEntry] {
        ledger.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private mutating func change(_ id: JobID, _ body: (inout MessageRecord, inout Started) -> Void) {
        guard var record = messages[id], var known = started[id] else { return }
        body(&record, &known)
        messages[id] = record
        started[id] = known
    }

    /// A settle may come again: the later line takes the earlier one's place.
    private static func add(_ attempt: AttemptRecord, to record: inout MessageRecord) {
        record.attempts.removeAll { $0.number == attempt.number }
        record.attempts.append(attempt)
        record.attempts.sort { $0.number < $1.number }
        let newest = record.attempts.last?.number ?? 0
        record.attempts.removeAll { !AttemptTrail.keeps($0.number, newest: newest) }
        record.omittedAttempts = AttemptTrail.omitted(newest: newest)
    }

    private static func settle(_ record: inout MessageRecord, _ settlement: Settlement) {
        record.state = settlement.state
        record.countedAttempts = settlement.countedAttempts
        record.nextAt = settlement.nextAt
        record.endedAt = settlement.state.isTerminal ? settlement.at : nil
        record.msgid = settlement.msgid ?? record.msgid
        record.reason = settlement.reason
    }

    private static func redrive(_ record: inout MessageRecord, at now: Timestamp) {
        record.state = .pending
        record.countedAttempts = 0
        record.firstAttemptAt = nil
        record.notBefore = nil
        record.notAfter = nil
        record.nextAt = now
        record.endedAt = nil
        record.msgid = nil
        record.reason = nil
    }

    // MARK: Sweeping

    /// Removes at most `limit` bodies and messages that have been kept long enough, bodies first.
    ///
    /// - Returns: Whether there are more.
    public mutating func sweep(_ retention: Retention, now: Timestamp, limit: Int) -> Bool {
        let limit = max(1, limit)
        let bodies = messages.values.filter { record in
            !record.body.isEmpty && isDue(record, after: JournalModel.bodyKept(record.state, retention), now)
        }
        let whole = messages.values.filter { record in
            let isAsked = record.idempotency != nil && now - record.createdAt < JournalModel.idempotencyKept
            return !isAsked && isDue(record, after: JournalModel.kept(record.state, retention), now)
        }
        let oldBodies = bodies.map(\.id).sorted().prefix(limit)
        for id in oldBodies { messages[id]?.body = [] }
        let old = whole.map(\.id).sorted().prefix(limit - oldBodies.count)
        for id in old {
            messages[id] = nil
            started[id] = nil
        }
        return oldBodies.count < bodies.count || old.count < whole.count
    }

    private func isDue(_ record: MessageRecord, after kept: Duration?, _ now: Timestamp) -> Bool {
        guard let kept, let endedAt = record.endedAt else { return false }
        return now - endedAt >= kept
    }

    /// `nil` for those whose body stays as long as they do themselves.
    private static func bodyKept(_ state: JobState, _ retention: Retention) -> Duration? {
        switch state {
        case .sent, .delivered, .expired, .cancelled: retention.bodies
        case .pending, .sending, .failed, .dead, .unknown: nil
        }
    }

    private static func kept(_ state: JobState, _ retention: Retention) -> Duration? {
        switch state {
        case .pending, .sending: nil
        case .sent, .delivered, .expired, .cancelled: retention.sent
        case .failed: retention.failed
        case .dead, .unknown: retention.dead
        }
    }
}

// MARK: - Questions

extension JournalModel {
    /// How long a message answers for its idempotency key, and is kept to do so.
    static let idempotencyKept = Duration.seconds(24 * 3600)

    /// One message with its attempts.
    public func message(_ id: JobID) -> MessageRecord? {
        guard var record = messages[id] else { return nil }
        record.firstAttemptAt = record.firstAttemptAt ?? started[id]?.at
        return record
    }

    /// What a new process finds: every message that has not ended, oldest first.
    public var restored: [RestoredMessage] {
        messages.values.filter { !$0.state.isTerminal }.sorted { $0.id < $1.id }.map { record in
            let known = started[record.id] ?? Started()
            return RestoredMessage(
                id: record.id,
                app: record.app,
                client: record.client,
                type: record.type,
                priority: record.priority,
                retryClass: record.retryClass,
                createdAt: record.createdAt,
                notBefore: record.notBefore,
                notAfter: record.notAfter,
                nextAt: record.nextAt,
                countedAttempts: record.countedAttempts,
                startedAttempts: known.count,
                firstAttemptAt: record.firstAttemptAt ?? known.at,
                interruptedAt: known.at,
                isAmbiguous: known.isAmbiguous
            )
        }
    }

    /// A page of messages, newest first, always as full as it can be.
    public func list(_ filter: MessageFilter) -> MessagePage {
        let all = messages.values.filter { JournalModel.isWanted($0, by: filter) }.sorted { $0.id > $1.id }
        let page = all.prefix(min(max(filter.limit, 1), 1_000)).map { record in
            var summary = message(record.id) ?? record
            (summary.body, summary.attempts, summary.omittedAttempts) = ([], [], 0)
            return summary
        }
        return MessagePage(messages: page, next: all.count > page.count ? page.last?.id : nil)
    }

    /// Whether a listing by this filter shows the message on one of its pages.
    static func isWanted(_ record: MessageRecord, by filter: MessageFilter) -> Bool {
        if let client = filter.client, client != record.client { return false }
        if let app = filter.app, app != record.app { return false }
        if let recipient = filter.recipient, recipient != record.recipient { return false }
        if let since = filter.since, record.createdAt < since { return false }
        if let before = filter.before, record.id >= before { return false }
        return filter.states.isEmpty || filter.states.contains(record.state)
    }

    /// The newest message under this key that is less than 24 hours old.
    public func idempotent(_ key: IdempotencyKey, now: Timestamp) -> IdempotentMessage? {
        let matches = messages.values.filter { record in
            record.client == key.client && record.app == key.app && record.idempotency?.key == key.key
                && now - record.createdAt < JournalModel.idempotencyKept
        }
        return matches.max { $0.id < $1.id }.map { IdempotentMessage(id: $0.id, digest: $0.idempotency?.digest ?? []) }
    }
}
