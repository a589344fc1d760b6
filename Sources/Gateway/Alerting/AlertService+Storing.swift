import Intake
import Queueing
import Synchronization
import Timekeeping
import WeChat
import WeirPorts

extension AlertService {
    // MARK: What is there already

    /// The recipients to whom this notification is news: it is not the last one that they were given of its group, or that was longer
    /// ago than ``AlertChain/window``.
    func missing(_ delivery: AlertDelivery, clients: [String]) async throws(MessageRefusal) -> [AlertRecipient] {
        let now = time.timestamp()
        let app = delivery.sink.appName(sink: delivery.notification.sink)
        // Two Alertmanagers may come as two clients.
        let clients = Set(clients + [delivery.client]).sorted()
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
            throw MessageRefusal(error, while: .reading)
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
        replacing: [String: JobID] = [:]
    ) async throws(MessageRefusal) {
        let sink = delivery.notification.sink
        let bodies = AlertBodies(content, of: delivery, at: time.timestamp())
        var stored = 0
        do throws(MessageRefusal) {
            for recipient in recipients {
                let id = try await admit(delivery, bodies, to: recipient, notBefore: notBefore)
                stored += 1
                if notBefore == nil, stored == 1 { watchOwn(id, sink: sink) }
                watch(id, sink: sink)
                guard notBefore != nil else { continue }
                machine.withLock { $0.stored(id, sink: sink, recipient: recipient.name) }
                if let old = replacing[recipient.name] {
                    intake.withdraw(old, because: "a later summary takes its place")
                }
            }
        } catch {
            let rest = recipients[stored...].map(\.name)
            machine.withLock { machine in
                if stored == 0 {
                    machine.undo(sink)
                } else if notBefore != nil {
                    machine.unfinished(delivery.digest, sink: sink, recipients: rest)
                }
            }
            throw error
        }
    }

    private func admit(
        _ delivery: AlertDelivery,
        _ bodies: AlertBodies,
        to recipient: AlertRecipient,
        notBefore: Timestamp?
    ) async throws(MessageRefusal) -> JobID {
        let sink = delivery.notification.sink
        let new = NewMessage(
            app: delivery.sink.appName(sink: sink),
            client: delivery.client,
            type: delivery.sink.messageType,
            priority: .urgent,
            retryClass: delivery.retryClass,
            notBefore: notBefore,
            lifetime: delivery.lifetime,
            content: MessageContent(
                body: bodies.body(to: recipient.name),
                metadata: bodies.metadata,
                recipient: recipient.name,
                idempotency: IdempotencyMark(key: recipient.key, digest: delivery.digest),
                traceparent: delivery.traceparent
            )
        )
        do {
            return try await intake.admit(new).record.id
        } catch {
            // The configuration has changed meanwhile: Alertmanager comes again after an answer of its own kind alone.
            throw error.reason == .invalid ? AlertService.gone(sink) : error
        }
    }
}
