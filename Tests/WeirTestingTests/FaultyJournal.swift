import Queueing
import Synchronization
import Timekeeping
import WeirPorts
import WeirTesting

/// The memory journal with one fault.
final class FaultyJournal: Journal {
    private struct Held {
        var writes: [JournalWrite]
        var completion: @Sendable (Result<JournalReceipt, JournalError>) -> Void
    }

    private struct State {
        /// A call that was answered, or not, and is passed on behind the next.
        var held: Held?
        var msgids: [JobID: Int64] = [:]
    }

    private let journal: MemoryJournal
    private let fault: JournalFault
    private let state = Mutex(State())

    init(_ journal: MemoryJournal, _ fault: JournalFault) {
        (self.journal, self.fault) = (journal, fault)
    }

    func append(
        _ writes: [JournalWrite],
        completion: @escaping @Sendable (Result<JournalReceipt, JournalError>) -> Void
    ) {
        switch fault {
        case .answersBeforeItHasStored:
            let last = state.withLock { state in
                defer { state.held = Held(writes: writes, completion: completion) }
                return state.held
            }
            // A commit without writes only brings the answer.
            journal.append([], completion: completion)
            if let last { journal.append(last.writes) { _ in } }
        case .losesTheOrderOfTwoWrites:
            journal.append(writes.reversed(), completion: completion)
        case .losesTheOrderOfTwoCalls:
            let last = state.withLock { state in
                let last = state.held.take()
                if last == nil, !writes.isEmpty { state.held = Held(writes: writes, completion: completion) }
                return last
            }
            guard last != nil || writes.isEmpty else { return }
            journal.append(writes, completion: completion)
            if let last { journal.append(last.writes, completion: last.completion) }
        case .splitsACall:
            for write in writes.dropLast() { journal.append([write]) { _ in } }
            journal.append(writes.suffix(1), completion: completion)
        case .failsAnEnd:
            if let failure = journal.status().failure {
                journal.append([]) { _ in completion(.failure(failure)) }
            } else {
                journal.append(writes, completion: completion)
            }
        default:
            noteIDs(in: writes)
            journal.append(writes, completion: completion)
        }
    }

    private func noteIDs(in writes: [JournalWrite]) {
        for case .settle(let id, _, let settlement) in writes {
            state.withLock { $0.msgids[id] = settlement.msgid ?? $0.msgids[id] }
        }
    }

    func restore(_ each: (RestoredMessage) -> Void) throws(JournalError) {
        var messages: [RestoredMessage] = []
        try journal.restore { messages.append($0) }
        if fault == .restoresTheNewestFirst { messages.reverse() }
        for var message in messages {
            if fault == .forgetsWhatWasInFlight { message.progress.attemptAt = nil }
            if fault == .forgetsADoubt { message.progress.isAmbiguous = false }
            each(message)
        }
    }

    func ledger() throws(JournalError) -> [LedgerEntry] {
        let entries = try journal.ledger()
        return fault == .forgetsAnEntry ? Array(entries.dropLast()) : entries
    }

    func suppressions(_ each: (Suppression) -> Void) throws(JournalError) {
        var suppressions: [Suppression] = []
        try journal.suppressions { suppressions.append($0) }
        for suppression in fault == .forgetsASuppression ? suppressions.dropLast() : suppressions[...] {
            each(suppression)
        }
    }

    func counts(of day: Int64, _ each: (_ mark: Int64, _ count: Int) -> Void) throws(JournalError) {
        try journal.counts(of: day, each)
    }

    func suppressions(_ filter: SuppressionFilter) async throws(JournalError) -> SuppressionPage {
        try await journal.suppressions(filter)
    }

    func deliveries(_ each: (WaitingDelivery) -> Void) throws(JournalError) {
        var deliveries: [WaitingDelivery] = []
        try journal.deliveries { deliveries.append($0) }
        for delivery in fault == .forgetsADelivery ? deliveries.dropLast() : deliveries[...] { each(delivery) }
    }

    func delivery(_ place: Int64) async throws(JournalError) -> StoredDelivery? {
        try await journal.delivery(place)
    }

    func onDelivery(_ report: @escaping @Sendable ([WaitingDelivery]) -> Void) {
        journal.onDelivery { report(self.fault == .tellsADeliveryTwice ? $0 + $0 : $0) }
    }

    func message(_ id: JobID) async throws(JournalError) -> MessageRecord? {
        guard fault != .answersWhenClosed else { return journal.record(id) }
        var message = try await journal.message(id)
        if fault == .keepsWeChatsIDOverARedrive { message?.progress.msgid = state.withLock { $0.msgids[id] } }
        return message
    }

    func list(_ filter: MessageFilter) async throws(JournalError) -> MessagePage {
        var page = try await journal.list(filter)
        // The first row behind a page.
        if fault == .skipsARow, let next = page.next {
            var rest = filter
            (rest.before, rest.limit) = (next, 1)
            page.next = try await journal.list(rest).messages.first?.id ?? next
        }
        return page
    }

    func tally(_ filter: MessageFilter) async throws(JournalError) -> MessageTally {
        var tally = try await journal.tally(filter)
        if fault == .countsOneTooFew, let group = tally.counts.keys.first { tally.counts[group, default: 0] -= 1 }
        return tally
    }

    func audit(_ filter: AuditFilter) async throws(JournalError) -> AuditPage {
        var page = try await journal.audit(filter)
        if fault == .forgetsWhatAnOperatorDid { page.entries = Array(page.entries.dropFirst()) }
        return page
    }

    func traces(of person: Person) async throws(JournalError) -> PersonTraces {
        try await journal.traces(of: person)
    }

    func shred() async throws(JournalError) -> Bool {
        try await journal.shred()
    }

    func idempotent(_ key: IdempotencyKey, now: Timestamp) async throws(JournalError) -> IdempotentMessage? {
        switch fault {
        case .knowsAKeyAfterItsWindow:
            return try await journal.idempotent(key, now: now + .seconds(-3_600))
        case .answersWithTheOldestOfAKey:
            let matches = journal.model.messages.values.filter { $0.idempotency?.key == key.key }
            guard let oldest = matches.min(by: { $0.id < $1.id }), let mark = oldest.idempotency else { return nil }
            return IdempotentMessage(id: oldest.id, digest: mark.digest)
        default:
            return try await journal.idempotent(key, now: now)
        }
    }

    func sweep(_ retention: Retention, now: Timestamp, limit: Int) async throws(JournalError) -> Bool {
        try await journal.sweep(retention, now: now, limit: fault == .sweepsTooMuchAtOnce ? limit * 2 : limit)
    }

    func status() -> JournalStatus {
        var status = journal.status()
        if fault == .hidesItsFailure { status.failure = nil }
        return status
    }
}
