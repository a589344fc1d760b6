package import Budgeting
package import Dispatching
package import Intake
package import Queueing
package import Timekeeping
package import WeChat
package import WeirPorts

/// Puts messages into the journal and the queue. Whatever waits came through here: from the messages API, from an alert, by a
/// redrive, or from an earlier process.
package final class QueueIntake: MessageIntake {
    private let dispatcher: Dispatcher
    private let journal: any Journal
    private let budgets: BudgetBook
    private let observer: any MessageObserver
    private let time: any TimeSource

    package init(
        dispatcher: Dispatcher,
        journal: any Journal,
        budgets: BudgetBook,
        observer: any MessageObserver,
        time: any TimeSource
    ) {
        self.dispatcher = dispatcher
        self.journal = journal
        self.budgets = budgets
        self.observer = observer
        self.time = time
    }

    // MARK: What is new

    package func admit(_ new: NewMessage) async throws(MessageRefusal) -> AcceptReply {
        try await admit(new, with: [])
    }

    /// - Parameter counts: what the journal is to write in the same commit.
    package func admit(_ new: NewMessage, with counts: [JournalWrite]) async throws(MessageRefusal) -> AcceptReply {
        let reply = try place(new)
        if !budgets.isIdle, new.source == .client { try await charge(reply.record.message) }
        let result = await withCheckedContinuation { continuation in
            dispatcher.accept(reply.record.message, reply.record.content, with: counts) {
                continuation.resume(returning: $0)
            }
        }
        let message = reply.record.message
        if case .failure(let failure) = result {
            if message.source == .client { budgets.giveBack(BudgetCharge(message)) }
            throw MessageRefusal(failure)
        }
        observer.handedOver(.accepted, by: message.client, app: message.app)
        observer.accepted(app: message.app, type: message.type, priority: message.priority, source: message.source)
        return reply
    }

    /// Counts a message in its client's budgets. Apart, so that who has none has no frame for it.
    @inline(never)
    private func charge(_ message: Message) async throws(MessageRefusal) {
        let charge = BudgetCharge(message)
        do throws(BudgetRefusal) {
            _ = try await budgets.charge(
                client: charge.client,
                app: charge.app,
                api: charge.api,
                needsJournal: true
            )
        } catch {
            throw MessageRefusal(error, at: time.timestamp())
        }
    }

    /// The message as it will be stored. Apart, so that the wait for the disk keeps one reference and no message.
    @inline(never)
    private func place(_ new: NewMessage) throws(MessageRefusal) -> AcceptReply {
        let now = time.timestamp()
        let message = Message(
            id: dispatcher.makeID(),
            app: new.app,
            client: new.client,
            type: new.type,
            priority: new.priority,
            retryClass: new.retryClass,
            createdAt: now,
            notBefore: new.notBefore,
            notAfter: try QueueIntake.notAfter(new, at: now),
            source: new.source,
            collapse: new.collapse
        )
        var content = new.content
        // WeChat drops a repeat only by it.
        if new.type == .template,
            let spliced = ClientMessageID.splice(into: content.body, id: message.id.description)
        {
            content.body = spliced
        }
        return AcceptReply(MessageRecord(message, content), isReplay: false)
    }

    private static func notAfter(_ new: NewMessage, at now: Timestamp) throws(MessageRefusal) -> Timestamp? {
        if let notAfter = new.notAfter, notAfter <= now { throw MessageDraft.invalid("not_after", "has passed") }
        let begin = max(new.notBefore ?? now, now)
        let notAfter =
            new.notAfter
            ?? new.lifetime.map { lifetime in
                new.quiet?.end(of: lifetime, from: begin, new.priority) ?? min(begin + lifetime, .latest)
            }
        if let notBefore = new.notBefore, let notAfter, notBefore >= notAfter {
            throw MessageDraft.invalid("not_before", "is not before not_after")
        }
        return notAfter
    }

    // MARK: What was there before

    /// Sets an ended message back to waiting, with nothing of its progress but its trail: returns when that is on disk.
    ///
    /// - Returns: It, as it waits now.
    func redrive(_ record: MessageRecord) async throws(MessageRefusal) -> MessageRecord {
        try checkRedrive(of: record)
        let charged = try await recharge(record)
        let waiting = try await redrive([record], charged: charged ? [record] : [], beside: [])
        guard let redriven = waiting.first else { throw MessageRefusal(.notFound, "the message is gone") }
        return redriven
    }

    /// Whether the message has all that it needs to wait again.
    func checkRedrive(of record: MessageRecord) throws(MessageRefusal) {
        guard !record.content.body.isEmpty else {
            throw MessageRefusal(.wrongState, "its body is no longer kept: send the message anew")
        }
        guard dispatcher.hasApp(record.message.app) else {
            throw MessageRefusal(.wrongState, "its app is not configured any more")
        }
    }

    /// Counts a message that is to wait again in its client's budgets, where it was given back when it ended, as it was never tried.
    ///
    /// - Returns: whether it was counted.
    func recharge(_ record: MessageRecord) async throws(MessageRefusal) -> Bool {
        guard !budgets.isIdle, record.source == .client, record.startedAttempts == 0 else { return false }
        try await charge(record.message)
        return true
    }

    /// Likewise of several that were checked, in one commit.
    ///
    /// - Parameters:
    ///   - charged: those of them that were counted anew; given back where they can't be redriven.
    ///   - writes: what is written in the same commit.
    /// - Returns: Those that wait again: without those that were erased since they were looked up.
    func redrive(
        _ records: [MessageRecord],
        charged: [MessageRecord],
        beside writes: [JournalWrite]
    ) async throws(MessageRefusal) -> [MessageRecord] {
        let now = time.timestamp()
        let gone: Set<JobID>
        do throws(MessageRefusal) {
            if let failure = journal.status().failure { throw MessageRefusal(failure, while: .changing) }
            do throws(JournalError) {
                gone = Set(try await journal.append(records.map { .redrive($0.id, at: now) } + writes).vanished)
            } catch {
                throw MessageRefusal(error, while: .changing)
            }
        } catch {
            giveBack(charged)
            throw error
        }
        giveBack(charged.filter { gone.contains($0.id) })
        return records.filter { !gone.contains($0.id) }.map { readmit($0, at: now) }
    }

    func giveBack(_ charged: [MessageRecord]) {
        for record in charged { budgets.giveBack(BudgetCharge(record.message)) }
    }

    private func readmit(_ record: MessageRecord, at now: Timestamp) -> MessageRecord {
        var renewed = record
        renewed.message.notBefore = nil
        renewed.message.notAfter = nil
        // As old as its redrive, or it would overtake what waited meanwhile.
        renewed.progress = record.progress.redriven(at: now)
        dispatcher.readmit(renewed.message, renewed.progress)
        return renewed
    }

    /// Messages of an earlier process that are taken over under one lock.
    private static let restoredTogether = 512

    /// Takes over the messages that an earlier process left, and starts what may start.
    ///
    /// - Parameter each: is told of every message that was taken over, also of those that ended with it.
    /// - Returns: How many were taken over.
    package func restore(_ each: (RestoredMessage) -> Void) throws(JournalError) -> Int {
        var count = 0
        var batch: [RestoredMessage] = []
        func takeOver() {
            dispatcher.restore(batch)
            for message in batch { each(message) }
            count += batch.count
            batch.removeAll(keepingCapacity: true)
        }
        try journal.restore { message in
            batch.append(message)
            if batch.count == QueueIntake.restoredTogether { takeOver() }
        }
        takeOver()
        dispatcher.endRestore()
        return count
    }

    // MARK: What waits

    package func isWaiting(_ id: JobID) -> Bool { dispatcher.waiting(id) != nil }

    package func whenEnded(_ id: JobID, _ action: @escaping @Sendable () -> Void) {
        dispatcher.whenEnded(id, action)
    }

    package func withdraw(_ id: JobID, because reason: String) {
        dispatcher.cancel(id, because: reason) { _ in }
    }
}

extension BudgetCharge {
    /// As a message is counted: from when it was made, which is a moment before. One made before midnight and counted after it is not
    /// given back.
    init(_ message: Message) {
        let api = message.type.descriptor.label
        self.init(client: message.client, app: message.app, api: api, at: message.createdAt)
    }
}

extension MessageRefusal {
    /// The queue did not take a message.
    init(_ failure: AcceptFailure) {
        switch failure {
        case .queueFull:
            let why = "as many messages wait as queue.capacity allows at this priority"
            self.init(.queueFull, why, retryAfter: .seconds(5))
        case .noApp: self = MessageDraft.invalid("app", "is not configured any more")
        case .journal(let error): self.init(error, while: .accepting)
        }
    }
}

/// What became of a message that a client handed over. The raw values are metric labels.
package enum HandOver: String, CaseIterable, Sendable {
    case accepted, refused
}

/// Who is told which messages were taken, and why others were not: metrics.
package protocol MessageObserver: Sendable {
    /// A message is on disk.
    func accepted(app: String, type: MessageType, priority: Priority, source: MessageSource)

    /// An item of a batch was refused.
    func refused(_ reason: MessageRefusalReason)

    /// A message came again, and was answered as before.
    func repeated(app: String)

    /// A message that its client might send was not taken, for reasons of Weir's own.
    func notAccepted(app: String)

    /// A signed event came.
    func event(_ result: EventResult)

    /// A client's message was taken, or was not. `client` is empty where none is configured, `app` nil where it was not known by then.
    func handedOver(_ result: HandOver, by client: String, app: String?)
}
