internal import Queueing
internal import Timekeeping
internal import WeChat
public import WeirPorts

/// A row of the audit trail that a journal keeps, and its place in the order.
struct KeptAudit: Equatable, Sendable {
    var place: Int64
    var entry: AuditEntry
}

/// What the writes and questions of operators mean.
extension JournalModel {
    // MARK: Which messages

    /// What no index answers.
    static func isAsked(_ record: MessageRecord, by filter: MessageFilter) -> Bool {
        if let until = filter.until, record.message.createdAt >= until { return false }
        if let ended = filter.endedBy {
            guard let endedAt = record.progress.endedAt, endedAt <= ended else { return false }
        }
        if let errcode = filter.errcode, record.attempts.last?.errcode != errcode { return false }
        guard filter.types.isEmpty || filter.types.contains(record.message.type) else { return false }
        return filter.search.finds(record.content.body, reason: record.progress.reason)
    }

    /// How many match: all of them at once.
    public func tally(_ filter: MessageFilter) -> MessageTally {
        var tally = MessageTally()
        for record in messages.values where JournalModel.isWanted(record, by: filter) {
            let message = record.message
            let group = MessageTally.Group(app: message.app, client: message.client, type: message.type)
            tally.counts[group, default: 0] += 1
        }
        return tally
    }

    // MARK: The audit trail

    mutating func add(_ entry: AuditEntry) {
        lastAudit += 1
        audit.append(KeptAudit(place: lastAudit, entry: entry))
    }

    /// A page of it, newest first.
    public func list(_ filter: AuditFilter) -> AuditPage {
        let all = audit.reversed().filter { kept in
            if let since = filter.since, kept.entry.at < since { return false }
            if let who = filter.who, kept.entry.who != who { return false }
            if let action = filter.action, kept.entry.action != action { return false }
            if let target = filter.target, kept.entry.target != target { return false }
            return filter.before.map { kept.place < $0 } ?? true
        }
        let page = all.prefix(min(max(filter.limit, 1), 1_000))
        return AuditPage(entries: page.map(\.entry), next: all.count > page.count ? page.last?.place : nil)
    }

    /// Looks at the oldest `limit` rows, and removes those that are too old or too many.
    ///
    /// - Returns: Whether there was less to remove than it looks at.
    mutating func sweepAudit(before time: Timestamp, limit: Int) -> Bool {
        let newest = audit.last?.place ?? 0
        let due = audit.prefix(limit).filter { $0.entry.at <= time || $0.place <= newest - Int64(AuditEntry.mostKept) }
        let places = Set(due.map(\.place))
        audit.removeAll { places.contains($0.place) }
        return places.count < limit
    }

    // MARK: Forgetting

    /// Does what a write says of a person.
    ///
    /// - Returns: How many messages went.
    mutating func erased(by write: JournalWrite) -> Int {
        guard case .erase(let erasure) = write else { return 0 }
        deliveries.removeAll { delivery in
            delivery.state == .dead && erasure.deliveries.contains(delivery.waiting.place)
                && JournalModel.tells(delivery, of: erasure.person, messages)
        }
        let untold = Set(deliveries.filter { $0.state == .waiting }.compactMap(\.message))
        var count = 0
        for id in erasure.messages where !untold.contains(id) {
            guard let record = messages[id], JournalModel.isOf(erasure.person, record), record.progress.state.isTerminal
            else { continue }
            (messages[id], followed[id]) = (nil, nil)
            count += 1
        }
        return count
    }

    private static func isOf(_ person: Person, _ record: MessageRecord) -> Bool {
        record.message.app == person.app && record.content.recipient == person.recipient
    }

    private static func tells(_ delivery: KeptDelivery, of person: Person, _ messages: [JobID: MessageRecord]) -> Bool {
        guard delivery.app == person.app else { return false }
        let message = delivery.message.flatMap { messages[$0] }
        return message?.content.recipient == person.recipient || person.isNamed(in: delivery.body)
    }

    /// What deliveries keep of a person.
    public func traces(of person: Person) -> PersonTraces {
        var traces = PersonTraces()
        for delivery in deliveries where delivery.state != .over {
            guard JournalModel.tells(delivery, of: person, messages) else { continue }
            switch (delivery.state, delivery.message) {
            case (.waiting, let id?): traces.untold.insert(id)
            case (.waiting, nil): traces.waitingEvents += 1
            default: if traces.dead.count < PersonTraces.mostDead { traces.dead.append(delivery.waiting.place) }
            }
        }
        return traces
    }
}
