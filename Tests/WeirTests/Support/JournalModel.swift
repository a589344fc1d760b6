import Queueing
import Timekeeping
import WeChat

@testable import Weir

/// What a journal would hold on disk: the meaning of the writes, as a value.
struct JournalModel {
    private(set) var messages: [JobID: MessageRecord] = [:]
    private(set) var ledger: [String: LedgerEntry] = [:]
    /// Attempts that were started, by message, and when the one in flight was.
    private(set) var started: [JobID: (count: Int, at: Timestamp?)] = [:]
    /// How many attempts had been started when a message was last redriven.
    private var redrivenAfter: [JobID: Int] = [:]
    /// The last attempt whose outcome is unknown, which the trail may have dropped.
    private var lastInDoubt: [JobID: Int] = [:]

    mutating func apply(_ write: JournalWrite) {
        switch write {
        case .accept(let record):
            messages[record.id] = record
            started[record.id] = (0, nil)
        case .start(let id, let number, let at, _):
            messages[id]?.state = .sending
            messages[id]?.nextAt = nil
            messages[id]?.reason = nil
            started[id] = (number, at)
        case .settle(let id, let attempt, let settlement):
            let begun = started[id]?.at ?? attempt.startedAt
            if messages[id]?.firstAttemptAt == nil { messages[id]?.firstAttemptAt = begun }
            messages[id]?.attempts.removeAll { $0.number == attempt.number }
            messages[id]?.attempts.append(attempt)
            messages[id]?.attempts.removeAll { !AttemptTrail.keeps($0.number, newest: attempt.number) }
            messages[id]?.omittedAttempts = AttemptTrail.omitted(newest: attempt.number)
            if attempt.outcome == .unknown { lastInDoubt[id] = attempt.number }
            started[id] = (max(started[id]?.count ?? 0, attempt.number), nil)
            apply(settlement, to: id)
        case .conclude(let id, let settlement):
            let before = started[id] ?? (0, nil)
            started[id] = (before.count - (before.at == nil ? 0 : 1), nil)
            apply(settlement, to: id)
        case .redrive(let id, let at):
            messages[id]?.state = .pending
            messages[id]?.countedAttempts = 0
            messages[id]?.firstAttemptAt = nil
            messages[id]?.nextAt = at
            messages[id]?.notBefore = nil
            messages[id]?.notAfter = nil
            messages[id]?.endedAt = nil
            redrivenAfter[id] = started[id]?.count ?? 0
            messages[id]?.reason = nil
        case .remember(let entry): ledger[entry.name] = entry
        case .forget(let name): ledger[name] = nil
        }
    }

    private func isAmbiguous(_ record: MessageRecord) -> Bool {
        lastInDoubt[record.id, default: 0] > redrivenAfter[record.id, default: 0]
    }

    private mutating func apply(_ settlement: Settlement, to id: JobID) {
        messages[id]?.state = settlement.state
        messages[id]?.countedAttempts = settlement.countedAttempts
        messages[id]?.nextAt = settlement.nextAt
        messages[id]?.endedAt = settlement.state.isTerminal ? settlement.at : nil
        if let msgid = settlement.msgid { messages[id]?.msgid = msgid }
        messages[id]?.reason = settlement.reason
    }

    /// What a new process finds, oldest first.
    var restored: [RestoredMessage] {
        messages.values.filter { !$0.state.isTerminal }.sorted { $0.id < $1.id }
            .map { record in
                RestoredMessage(
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
                    startedAttempts: started[record.id]?.count ?? 0,
                    firstAttemptAt: record.firstAttemptAt ?? started[record.id]?.at,
                    interruptedAt: started[record.id]?.at,
                    isAmbiguous: isAmbiguous(record)
                )
            }
    }
}

extension JournalWrite {
    /// A short form to compare by.
    var summary: String {
        switch self {
        case .accept: "accept"
        case .start(_, let number, _, let needsBody): "start \(number)\(needsBody ? " with body" : "")"
        case .settle(_, let attempt, let settlement): "settle \(attempt.number) \(settlement.state.name)"
        case .conclude(_, let settlement): "conclude \(settlement.state.name)"
        case .redrive: "redrive"
        case .remember(let entry): "remember \(entry.name)"
        case .forget(let name): "forget \(name)"
        }
    }
}
