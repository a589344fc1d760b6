internal import Queueing
internal import Synchronization
internal import WeirPorts

/// A check under way: the journal that is open, and what was found wrong so far.
final class JournalTrial: Sendable {
    let storage: any JournalStorage
    private let current: Mutex<any Journal>
    private let noted = Mutex<[String]>([])

    init(_ storage: any JournalStorage, _ journal: any Journal) {
        self.storage = storage
        current = Mutex(journal)
    }

    var journal: any Journal { current.withLock { $0 } }
    var problems: [String] { noted.withLock { $0 } }

    // MARK: What happens

    /// Appends, and waits for the answer.
    @discardableResult
    func write(_ writes: [JournalWrite]) async throws(JournalError) -> JournalReceipt {
        try await journal.append(writes)
    }

    /// Appends writes that must not be taken, and waits for the answer.
    ///
    /// - Returns: Why they were not; `nil` when they were.
    func refusal(of writes: [JournalWrite]) async -> JournalError? {
        do throws(JournalError) {
            try await write(writes)
            return nil
        } catch {
            return error
        }
    }

    func restored() throws(JournalError) -> [RestoredMessage] {
        var messages: [RestoredMessage] = []
        try journal.restore { messages.append($0) }
        return messages
    }

    /// A message that must be there.
    func message(_ id: JobID) async throws -> MessageRecord {
        guard let message = try await journal.message(id) else { throw Missing(id: id) }
        return message
    }

    struct Missing: Error {
        var id: JobID
    }

    func reopen() async throws {
        await storage.close()
        let opened = try await storage.open()
        current.withLock { $0 = opened }
    }

    func kill() async throws {
        try await storage.kill()
        let opened = try await storage.open()
        current.withLock { $0 = opened }
    }

    // MARK: What is found

    func note(_ problem: String) {
        noted.withLock { $0.append(problem) }
    }

    func expect<Value: Equatable>(_ what: String, _ found: Value, is expected: Value) {
        if found != expected { note("\(what) is \(found), not \(expected)") }
    }

    func expect(_ what: String, _ isTrue: Bool) {
        if !isTrue { note("\(what): no") }
    }

    /// Every part of a message.
    func expect(_ what: String, _ found: MessageRecord?, is expected: MessageRecord?) {
        guard let found, let expected else {
            return expect(what + "'s presence", found != nil, is: expected != nil)
        }
        for (part, wanted) in zip(parts(found), parts(expected)) {
            expect("\(what)'s \(part.label ?? "")", "\(part.value)", is: "\(wanted.value)")
        }
    }

    private func parts(_ record: MessageRecord) -> [Mirror.Child] {
        let whole: [Any] = [record.message, record.content, record.progress]
        return whole.flatMap { Mirror(reflecting: $0).children } + Mirror(reflecting: record).children.suffix(3)
    }

    /// What a call about it must answer: nothing but `error`.
    func expect<Value>(_ what: String, throws error: JournalError, _ body: () async throws -> Value) async {
        do {
            note("\(what) answers \(try await body()), not \(error)")
        } catch let found as JournalError {
            expect(what, found, is: error)
        } catch {
            note("\(what) ends with \(error)")
        }
    }
}
