public import Queueing
public import Timekeeping
internal import WeChat
public import WeirPorts

/// What a journal holds on disk, as a value: the meaning of every write and every question.
///
/// It keeps everything in two dictionaries and looks through all of it for each question, so that it is plainly right.
/// Journals are compared with it, and `MemoryJournal` is one around it.
public struct JournalModel: Sendable {
    /// Every message as it was last written. `firstAttemptAt` is set once the first attempt has ended.
    public internal(set) var messages: [JobID: MessageRecord] = [:]
    /// The ledger's entries by name, each as it was last written.
    public private(set) var ledger: [String: LedgerEntry] = [:]
    /// Messages of which a receipt may come, and since when.
    var followed: [JobID: Timestamp] = [:]
    /// Receipts that came of late, in the order in which they did.
    var kept: [KeptReceipt] = []
    /// In the order in which they were made, each with its place in it.
    var suppressions: [KeptSuppression] = []
    /// The place of the one that was made last.
    var lastPlace: Int64 = 0
    /// In the order in which they came.
    var deliveries: [KeptDelivery] = []
    /// The place of the one that came last.
    var lastDelivery: Int64 = 0
    /// By day and mark.
    var counts: [Int64: [Int64: Int]] = [:]
    /// What operators did, in the order in which they did it, each with its place in it.
    var audit: [KeptAudit] = []
    /// The place of the one that came last.
    var lastAudit: Int64 = 0

    /// A journal that holds nothing.
    public init() {}

    // MARK: Writes

    /// Why a journal can't take these writes together, which is an id that is there already; `nil` when it can.
    public func refusal(of writes: [JournalWrite]) -> JournalError? {
        var added: Set<JobID> = []
        for case .accept(let message, _) in writes {
            guard messages[message.id] == nil, added.insert(message.id).inserted else {
                return .failed("message \(message.id) is there already")
            }
        }
        return nil
    }

    /// Does the writes of one call, in their order.
    ///
    /// - Parameter added: is given the deliveries that they added.
    public mutating func apply(
        _ writes: [JournalWrite],
        added: ([WaitingDelivery]) -> Void = { _ in }
    ) -> JournalReceipt {
        var receipt = JournalReceipt()
        for write in writes {
            let news = apply(write)
            if case .redrive(let id, _) = write, messages[id] == nil { receipt.vanished.append(id) }
            receipt.receipts += news
            receipt.suppressions += changes(by: write, news)
            receipt.erased += erased(by: write)
            let new = deliveries(by: write, news)
            receipt.deliveries += new.count
            added(new)
            guard case .start(let id, _, _, true) = write, let record = messages[id], !record.content.body.isEmpty
            else { continue }
            receipt.bodies[id] = StoredBody(record.message, record.content)
        }
        return receipt
    }

    /// Does one write. Except for `accept`, a write about a message that is not there does nothing.
    ///
    /// - Returns: What became of receipts by it.
    @discardableResult
    public mutating func apply(_ write: JournalWrite) -> [ReceiptNews] {
        switch write {
        case .accept(let message, let content):
            messages[message.id] = MessageRecord(message, content)
            followed[message.id] = nil
        case .start(let id, let number, let at, _):
            change(id) { record in
                record.progress.startedAttempts = number
                record.progress.attemptAt = at
                record.progress.state = .sending
                record.progress.nextAt = nil
                record.progress.reason = nil
            }
        case .settle(let id, let attempt, let settlement):
            change(id) { record in
                let began = record.progress.attemptAt ?? attempt.startedAt
                record.progress.firstAttemptAt = record.progress.firstAttemptAt ?? began
                record.progress.startedAttempts = max(record.progress.startedAttempts, attempt.number)
                if attempt.outcome == .unknown { record.progress.isAmbiguous = true }
                JournalModel.add(attempt, to: &record)
                JournalModel.settle(&record.progress, settlement)
            }
            return follow(id, settlement)
        case .conclude(let id, let settlement):
            change(id) { record in
                if record.progress.attemptAt != nil { record.progress.startedAttempts -= 1 }
                JournalModel.settle(&record.progress, settlement)
            }
            return follow(id, settlement)
        case .collapse(let id, let into, let at): collapse(id, into: into, at: at)
        case .redrive(let id, let at):
            change(id) { record in
                record.progress = record.progress.redriven(at: at)
                record.message.notBefore = nil
                record.message.notAfter = nil
            }
            followed[id] = nil
        case .receive(let receipt): return receive(receipt)
        case .match(let turn): return match(turn)
        case .remember(let entry): ledger[entry.name] = entry
        case .forget(let name): ledger[name] = nil
        case .count(let mark, let day): counts[day, default: [:]][mark, default: 0] += 1
        case .audit(let entry): add(entry)
        case .suppress, .lift, .shed, .deliver, .settleDelivery, .erase: break
        }
        return []
    }

    private mutating func follow(_ id: JobID, _ settlement: Settlement) -> [ReceiptNews] {
        guard settlement.awaitsReceipt, messages[id] != nil else { return [] }
        return awaitReceipt(of: id, since: settlement.at)
    }

    /// The ledger's entries by the bytes of their names.
    var entries: [LedgerEntry] {
        ledger.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private mutating func change(_ id: JobID, _ body: (inout MessageRecord) -> Void) {
        guard var record = messages[id] else { return }
        body(&record)
        messages[id] = record
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

    private static func settle(_ progress: inout MessageProgress, _ settlement: Settlement) {
        progress.state = settlement.state
        progress.attemptAt = nil
        progress.countedAttempts = settlement.countedAttempts
        progress.nextAt = settlement.nextAt
        progress.endedAt = settlement.state.isTerminal ? settlement.at : nil
        progress.msgid = settlement.msgid ?? progress.msgid
        progress.reason = settlement.reason
        progress.collapsedInto = settlement.collapsedInto ?? progress.collapsedInto
    }

    private mutating func collapse(_ id: JobID, into: JobID, at now: Timestamp) {
        change(id) { record in
            guard record.progress.state == .pending else { return }
            var settlement = Settlement(state: .cancelled, at: now, countedAttempts: record.progress.countedAttempts)
            (settlement.reason, settlement.collapsedInto) = (Settlement.collapsed, into)
            JournalModel.settle(&record.progress, settlement)
        }
    }

    // MARK: Sweeping

    /// Removes at most `limit` bodies and messages that have been kept long enough, bodies first, and as many suppressions,
    /// deliveries and rows of the audit trail.
    ///
    /// - Returns: Whether there are more.
    public mutating func sweep(_ retention: Retention, now: Timestamp, limit: Int) -> Bool {
        let limit = max(1, limit)
        let bodies = messages.values.filter { record in
            !record.content.body.isEmpty
                && isDue(record, after: JournalModel.bodyKept(record.progress.state, retention), now)
        }
        let whole = messages.values.filter { record in
            let isAsked =
                record.content.idempotency != nil && now - record.message.createdAt < JournalModel.idempotencyKept
            return !isAsked && isDue(record, after: JournalModel.kept(record.progress.state, retention), now)
        }
        let oldBodies = bodies.map(\.id).sorted().prefix(limit)
        for id in oldBodies { messages[id]?.content.body = [] }
        let old = whole.map(\.id).sorted().prefix(limit - oldBodies.count)
        for id in old { (messages[id], followed[id]) = (nil, nil) }
        let isDone = sweepSuppressions(at: now, limit: limit)
        let isClear = sweepDeliveries(at: now, limit: limit)
        let isCounted = sweepCounts(at: now, limit: limit)
        let isShort = sweepAudit(before: now + (.zero - retention.audit), limit: limit)
        let isWhole = isDone && isClear && isCounted && isShort
        return !isWhole || oldBodies.count < bodies.count || old.count < whole.count
    }

    /// - Returns: Whether none is left that is too old.
    private mutating func sweepCounts(at now: Timestamp, limit: Int) -> Bool {
        let today = ChinaTime.dayNumber(of: now)
        let old = counts.flatMap { day, marks in day < today - 1 ? marks.keys.map { (day, $0) } : [] }.sorted {
            $0 < $1
        }
        for (day, mark) in old.prefix(limit) { counts[day]?[mark] = nil }
        return old.count <= limit
    }

    private func isDue(_ record: MessageRecord, after kept: Duration?, _ now: Timestamp) -> Bool {
        guard let kept, let endedAt = record.progress.endedAt else { return false }
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
        record.progress.firstAttemptAt = record.progress.firstAttemptAt ?? record.progress.attemptAt
        return record
    }

    /// What a new process finds: every message that has not ended, oldest first.
    public var restored: [RestoredMessage] {
        messages.keys.sorted().compactMap(message).filter { !$0.progress.state.isTerminal }.map { record in
            let body = record.progress.isInDoubt ? record.content.body : []
            return RestoredMessage(record.message, record.progress, doubtfulBody: body)
        }
    }

    /// A page of messages, newest first, always as full as it can be.
    public func list(_ filter: MessageFilter) -> MessagePage {
        let all = messages.values.filter { JournalModel.isWanted($0, by: filter) }.sorted { $0.id > $1.id }
        let page = all.prefix(min(max(filter.limit, 1), 1_000)).map { record in
            var summary = message(record.id) ?? record
            (summary.content.body, summary.attempts, summary.omittedAttempts) = ([], [], 0)
            summary.contradictions = []
            return summary
        }
        return MessagePage(messages: page, next: all.count > page.count ? page.last?.id : nil)
    }

    /// Whether a listing by this filter shows the message on one of its pages.
    static func isWanted(_ record: MessageRecord, by filter: MessageFilter) -> Bool {
        let message = record.message
        if let client = filter.client, client != message.client { return false }
        if let app = filter.app, app != message.app { return false }
        if let recipient = filter.recipient, recipient != record.content.recipient { return false }
        if let since = filter.since, message.createdAt < since { return false }
        guard isAsked(record, by: filter) else { return false }
        if let before = filter.before, message.id >= before { return false }
        return filter.states.isEmpty || filter.states.contains(record.progress.state)
    }

    /// The newest message under this key that is less than 24 hours old.
    public func idempotent(_ key: IdempotencyKey, now: Timestamp) -> IdempotentMessage? {
        let matches = messages.values.filter { record in
            record.message.client == key.client && record.message.app == key.app
                && record.content.idempotency?.key == key.key
                && now - record.message.createdAt < JournalModel.idempotencyKept
        }
        let newest = matches.max { $0.id < $1.id }
        return newest.map { IdempotentMessage(id: $0.id, digest: $0.content.idempotency?.digest ?? []) }
    }
}
