import Dispatch
import Queueing
import Synchronization
import Timekeeping
import Weir

/// A journal in memory that takes everything and forgets how messages go on.
final class SimpleJournal: Journal {
    private let messages = Mutex<[JobID: MessageRecord]>([:])
    private let queue = DispatchQueue(label: "simple journal")

    func append(
        _ writes: [JournalWrite],
        completion: @escaping @Sendable (Result<JournalReceipt, JournalError>) -> Void
    ) {
        for case .accept(let record) in writes { messages.withLock { $0[record.id] = record } }
        queue.async { completion(.success(JournalReceipt())) }
    }

    func restore(_ each: (RestoredMessage) -> Void) throws(JournalError) {}

    func ledger() throws(JournalError) -> [LedgerEntry] { [] }

    func message(_ id: JobID) async throws(JournalError) -> MessageRecord? {
        messages.withLock { $0[id] }
    }

    func list(_ filter: MessageFilter) async throws(JournalError) -> MessagePage {
        MessagePage(messages: messages.withLock { Array($0.values.prefix(filter.limit)) }, next: nil)
    }

    func idempotent(_ key: IdempotencyKey, now: Timestamp) async throws(JournalError) -> IdempotentMessage? { nil }

    func sweep(_ retention: Retention, now: Timestamp, limit: Int) async throws(JournalError) -> Bool { false }

    func status() -> JournalStatus { JournalStatus() }
}
