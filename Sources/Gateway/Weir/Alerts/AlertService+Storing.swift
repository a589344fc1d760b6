import Logging
import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

extension AlertService {
    // MARK: What is there already

    /// The recipients to whom this notification is news: it is not the last one that they were given of its group, or that was longer
    /// ago than ``AlertChain/window``.
    func missing(_ delivery: AlertDelivery, clients: [String]) async throws(MessageRefusal) -> [AlertRecipient] {
        let now = time.timestamp()
        let app = delivery.sink.appName(sink: delivery.notification.sink)
        // Two Alertmanagers may come as two clients.
        let clients = Set(clients + [delivery.caller.name]).sorted()
        var missing: [AlertRecipient] = []
        do throws(JournalError) {
            for name in delivery.sink.recipients {
                let chain = AlertChain(delivery.notification, recipient: name, at: now)
                let present = try await last(of: chain, clients: clients, app: app, at: now)
                var isThere = present.message?.digest == delivery.digest
                if present.message == nil,
                    let earlier = try await last(of: chain.before, clients: clients, app: app, at: now).message,
                    earlier.digest == delivery.digest, let record = try await journal.message(earlier.id)
                {
                    isThere = now - record.createdAt < AlertChain.window
                }
                if !isThere { missing.append(AlertRecipient(name: name, key: chain.key(present.count))) }
            }
        } catch {
            throw AlertService.refusal(error)
        }
        return missing
    }

    /// The last message of a chain, and how many it has. Their numbers have no gap, so that few of them are looked at.
    private func last(
        of chain: AlertChain,
        clients: [String],
        app: String,
        at now: Timestamp
    ) async throws(JournalError) -> (message: IdempotentMessage?, count: Int) {
        var last: IdempotentMessage?
        // All below `count` are there; from `end` on there is none.
        var (count, end) = (0, Int.max)
        var step = 1
        while count < end {
            let number = end == Int.max ? count + step - 1 : count + (end - count) / 2
            var found: IdempotentMessage?
            for client in clients where found == nil {
                found = try await journal.idempotent(
                    IdempotencyKey(client: client, app: app, key: chain.key(number)),
                    now: now
                )
            }
            guard let found else {
                end = number
                continue
            }
            last = found
            count = number + 1
            step *= 2
        }
        return (last, count)
    }

    // MARK: Storing

    /// Puts a message for each recipient on disk, and then takes out those that it replaces: a crash in between leaves one message too
    /// many, never one too few.
    func store(
        _ delivery: AlertDelivery,
        _ content: AlertContent,
        for recipients: [AlertRecipient],
        notBefore: Timestamp? = nil,
        replacing: [String: JobID] = [:],
        before: AlertMachine.Sink?
    ) async throws(MessageRefusal) {
        let sink = delivery.notification.sink
        let bodies = AlertBodies(content, of: delivery, at: time.timestamp())
        var stored = 0
        do throws(MessageRefusal) {
            for recipient in recipients {
                let message = try place(delivery, bodies, to: recipient, notBefore: notBefore)
                try await accept(message)
                stored += 1
                if notBefore == nil, stored == 1 { watchOwn(message.record.id, sink: sink) }
                watch(message.record.id, sink: sink)
                guard notBefore != nil else { continue }
                machine.withLock { $0.stored(message.record.id, sink: sink, recipient: recipient.name) }
                if let old = replacing[recipient.name] {
                    dispatcher.cancel(old, because: "a later summary takes its place") { _ in }
                }
            }
        } catch {
            let rest = recipients[stored...].map(\.name)
            machine.withLock { machine in
                if stored == 0 {
                    machine.undo(sink, to: before)
                } else if notBefore != nil {
                    machine.unfinished(delivery.digest, sink: sink, recipients: rest)
                }
            }
            throw error
        }
    }

    private func place(
        _ delivery: AlertDelivery,
        _ bodies: AlertBodies,
        to recipient: AlertRecipient,
        notBefore: Timestamp?
    ) throws(MessageRefusal) -> AcceptedMessage {
        let name = delivery.notification.sink
        let app = delivery.sink.appName(sink: name)
        let type = delivery.sink.messageType
        guard let slot = dispatcher.place(app: app) else { throw AlertService.gone(name) }
        let now = time.timestamp()
        let id = dispatcher.makeID()
        var body = bodies.body(to: recipient.name)
        if type == .template, let spliced = ClientMessageID.splice(into: body, id: id.description) { body = spliced }
        let record = MessageRecord(
            id: id,
            app: app,
            client: delivery.caller.name,
            type: type,
            priority: .urgent,
            retryClass: delivery.retryClass,
            createdAt: now,
            notBefore: notBefore,
            notAfter: max(notBefore ?? now, now) + delivery.lifetime,
            metadata: bodies.metadata,
            recipient: recipient.name,
            body: body,
            idempotency: IdempotencyMark(key: recipient.key, digest: delivery.digest),
            traceparent: delivery.traceparent
        )
        return AcceptedMessage(
            record: record,
            app: slot,
            api: type.descriptor,
            isDeduplicated: type.isDeduplicated(body)
        )
    }

    private func accept(_ message: AcceptedMessage) async throws(MessageRefusal) {
        do throws(AcceptFailure) {
            try await dispatcher.accept(message)
        } catch {
            switch error {
            case .queueFull: throw MessageRefusal(.queueFull, "the queue is full", retryAfter: .seconds(5))
            case .noApp: throw AlertService.gone(Robot.sink(appName: message.record.app) ?? message.record.app)
            case .journal(let error): throw AlertService.refusal(error)
            }
        }
    }

    static func refusal(_ error: JournalError) -> MessageRefusal {
        MessageRefusal(.journal, "the journal can't be used: \(error.message)", retryAfter: .seconds(5))
    }
}
