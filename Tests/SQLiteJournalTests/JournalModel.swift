import Queueing
import Timekeeping
import WeChat
import Weir

/// The journal as a dictionary: what the real one is compared with.
struct JournalModel {
    private struct Entry {
        var record: MessageRecord
        var started = 0
        var attemptAt: Timestamp?
        /// An attempt since the last redrive ended with an unknown outcome.
        var isAmbiguous = false
    }

    private var entries: [JobID: Entry] = [:]
    private(set) var ledger: [String: LedgerEntry] = [:]

    mutating func apply(_ write: JournalWrite) {
        switch write {
        case .accept(let record): entries[record.id] = Entry(record: record)
        case .start(let id, let number, let at, _):
            change(id) { entry in
                entry.started = number
                entry.attemptAt = at
                entry.record.state = .sending
                entry.record.nextAt = nil
                entry.record.reason = nil
            }
        case .settle(let id, let attempt, let settlement):
            change(id) { entry in
                entry.started = max(entry.started, attempt.number)
                entry.record.firstAttemptAt = entry.record.firstAttemptAt ?? entry.attemptAt ?? attempt.startedAt
                entry.attemptAt = nil
                entry.record.attempts.removeAll { $0.number == attempt.number }
                entry.record.attempts.append(attempt)
                entry.record.attempts.sort { $0.number < $1.number }
                let newest = entry.record.attempts.last?.number ?? 0
                entry.record.attempts.removeAll { !AttemptTrail.keeps($0.number, newest: newest) }
                entry.record.omittedAttempts = AttemptTrail.omitted(newest: newest)
                if attempt.outcome == .unknown { entry.isAmbiguous = true }
                JournalModel.settle(&entry.record, settlement)
            }
        case .conclude(let id, let settlement):
            change(id) { entry in
                if entry.attemptAt != nil { entry.started -= 1 }
                entry.attemptAt = nil
                JournalModel.settle(&entry.record, settlement)
            }
        case .redrive(let id, let at):
            change(id) { entry in
                entry.attemptAt = nil
                entry.isAmbiguous = false
                entry.record.state = .pending
                entry.record.countedAttempts = 0
                entry.record.firstAttemptAt = nil
                entry.record.notBefore = nil
                entry.record.notAfter = nil
                entry.record.nextAt = at
                entry.record.endedAt = nil
                entry.record.msgid = nil
                entry.record.reason = nil
            }
        case .remember(let entry): ledger[entry.name] = entry
        case .forget(let name): ledger[name] = nil
        }
    }

    private mutating func change(_ id: JobID, _ body: (inout Entry) -> Void) {
        guard var entry = entries[id] else { return }
        body(&entry)
        entries[id] = entry
    }

    private static func settle(_ record: inout MessageRecord, _ settlement: Settlement) {
        record.state = settlement.state
        record.countedAttempts = settlement.countedAttempts
        record.nextAt = settlement.nextAt
        record.endedAt = settlement.state.isTerminal ? settlement.at : nil
        record.msgid = settlement.msgid ?? record.msgid
        record.reason = settlement.reason
    }

    func message(_ id: JobID) -> MessageRecord? {
        guard let entry = entries[id] else { return nil }
        var record = entry.record
        record.firstAttemptAt = record.firstAttemptAt ?? entry.attemptAt
        return record
    }

    func restored() -> [RestoredMessage] {
        entries.values.filter { !$0.record.state.isTerminal }.sorted { $0.record.id < $1.record.id }.map { entry in
            let record = entry.record
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
                startedAttempts: entry.started,
                firstAttemptAt: record.firstAttemptAt ?? entry.attemptAt,
                interruptedAt: entry.attemptAt,
                isAmbiguous: entry.isAmbiguous
            )
        }
    }
}
