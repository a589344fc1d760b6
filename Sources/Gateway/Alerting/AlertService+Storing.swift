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
        // Two Alertmanagers may come as two clients, and a pool has several robots.
        let clients = Set(clients + [delivery.client]).sorted()
        let owners = delivery.sink.appNames(sink: delivery.notification.sink).flatMap { app in
            clients.map { (client: $0, app: app) }
        }
        var missing: [AlertRecipient] = []
        do throws(JournalError) {
            for name in delivery.sink.recipients {
                let chain = AlertChain(delivery.notification, recipient: name, at: now)
                let present = try await last(of: chain, owners: owners, at: now)
                var isThere = present.message?.digest == delivery.digest
                if present.message == nil,
                    let earlier = try await last(of: chain.before, owners: owners, at: now).message,
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
        owners: [(client: String, app: String)],
        at now: Timestamp
    ) async throws(JournalError) -> (message: IdempotentMessage?, count: Int) {
        var last: IdempotentMessage?
        // All below `count` are there; from `end` on there is none.
        var (count, end) = (0, Int.max)
        var step = 1
        while count < end {
            let number = end == Int.max ? count + step - 1 : count + (end - count) / 2
            var found: IdempotentMessage?
            for owner in owners where found == nil {
                let key = IdempotencyKey(client: owner.client, app: owner.app, key: chain.key(number))
                found = try await journal.idempotent(key, now: now)
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

    /// Puts the messages for each recipient on disk, and then takes out those that they replace: a crash in between leaves one message
    /// too many, never one too few.
    func store(
        _ delivery: AlertDelivery,
        _ content: AlertContent,
        for recipients: [AlertRecipient],
        notBefore: Timestamp? = nil,
        replacing: [String: JobID] = [:]
    ) async throws(MessageRefusal) {
        let sink = delivery.notification.sink
        let bodies = AlertBodies(content, of: delivery, at: time.timestamp())
        let app = nextApp(of: delivery.sink, named: sink)
        var stored = 0
        do throws(MessageRefusal) {
            for recipient in recipients {
                let id = try await admit(delivery, bodies, to: recipient, app: app, notBefore: notBefore)
                stored += 1
                if notBefore == nil, stored == 1 { watchOwn(id, AlertWay(sink: sink, app: app)) }
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

    /// All messages of a notification for one recipient. Only the last one has the key that says that it was taken, so that the repeat
    /// of one that was stored in part brings the rest.
    ///
    /// - Returns: The last one.
    private func admit(
        _ delivery: AlertDelivery,
        _ bodies: AlertBodies,
        to recipient: AlertRecipient,
        app: String,
        notBefore: Timestamp?
    ) async throws(MessageRefusal) -> JobID {
        for part in 0..<bodies.count - 1 {
            let key = "\(recipient.key)-\(part)"
            if try await isStored(key, of: delivery) { continue }
            let content = delivery.content(bodies, part: part, to: recipient.name, key: key)
            _ = try await admit(content, of: delivery, app: app, notBefore: notBefore)
        }
        let last = delivery.content(bodies, part: bodies.count - 1, to: recipient.name, key: recipient.key)
        return try await admit(last, of: delivery, app: app, notBefore: notBefore)
    }

    /// Whether an earlier try to store the notification came as far as this message.
    private func isStored(_ key: String, of delivery: AlertDelivery) async throws(MessageRefusal) -> Bool {
        do throws(JournalError) {
            for app in delivery.sink.appNames(sink: delivery.notification.sink) {
                let key = IdempotencyKey(client: delivery.client, app: app, key: key)
                if try await journal.idempotent(key, now: time.timestamp())?.digest == delivery.digest { return true }
            }
            return false
        } catch {
            throw MessageRefusal(error, while: .reading)
        }
    }

    private func admit(
        _ content: MessageContent,
        of delivery: AlertDelivery,
        app: String,
        notBefore: Timestamp?
    ) async throws(MessageRefusal) -> JobID {
        let sink = delivery.notification.sink
        let new = NewMessage(
            app: app,
            client: delivery.client,
            type: delivery.sink.messageType,
            priority: .urgent,
            retryClass: delivery.retryClass,
            notBefore: notBefore,
            lifetime: delivery.lifetime,
            source: .alert,
            content: content
        )
        do {
            let id = try await intake.admit(new).record.id
            watch(id, sink: sink)
            return id
        } catch {
            // The configuration has changed meanwhile: Alertmanager comes again after an answer of its own kind alone.
            throw error.reason == .invalid ? AlertService.gone(sink) : error
        }
    }
}

extension AlertDelivery {
    /// One of its messages to a recipient.
    fileprivate func content(_ bodies: AlertBodies, part: Int, to recipient: String, key: String) -> MessageContent {
        MessageContent(
            body: bodies.body(to: recipient, part: part),
            metadata: bodies.metadata,
            recipient: recipient,
            idempotency: IdempotencyMark(key: key, digest: digest),
            traceparent: traceparent
        )
    }
}
