import Logging
import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

extension AlertService {
    // MARK: What is there already

    /// The recipients that have not been given this notification within ``AlertNotification/window``.
    func missing(_ delivery: AlertDelivery, clients: [String]) async throws(MessageRefusal) -> [String] {
        let now = time.timestamp()
        let app = delivery.sink.appName(sink: delivery.notification.sink)
        // Two Alertmanagers may come as two clients.
        let clients = Set(clients + [delivery.caller.name]).sorted()
        var missing: [String] = []
        for recipient in delivery.sink.recipients {
            let keys = AlertNotification.keys(delivery.digest, recipient: recipient, at: now)
            var isThere = false
            for client in clients where !isThere {
                isThere = try await isStored(client: client, app: app, keys: keys, at: now)
            }
            if !isThere { missing.append(recipient) }
        }
        return missing
    }

    private func isStored(
        client: String,
        app: String,
        keys: (present: String, before: String),
        at now: Timestamp
    ) async throws(MessageRefusal) -> Bool {
        do throws(JournalError) {
            let present = IdempotencyKey(client: client, app: app, key: keys.present)
            if try await journal.idempotent(present, now: now) != nil { return true }
            let before = IdempotencyKey(client: client, app: app, key: keys.before)
            guard let earlier = try await journal.idempotent(before, now: now) else { return false }
            guard let record = try await journal.message(earlier.id) else { return false }
            return now - record.createdAt < AlertNotification.window
        } catch {
            throw AlertService.refusal(error)
        }
    }

    // MARK: Storing

    /// Puts a message for each recipient on disk, and then takes out those that it replaces: a crash in between leaves one message too
    /// many, never one too few.
    func store(
        _ delivery: AlertDelivery,
        _ content: AlertContent,
        for recipients: [String],
        notBefore: Timestamp? = nil,
        replacing: [String: JobID] = [:],
        before: AlertMachine.Sink?
    ) async throws(MessageRefusal) {
        let sink = delivery.notification.sink
        var stored = 0
        do throws(MessageRefusal) {
            for recipient in recipients {
                let message = try place(delivery, content, to: recipient, notBefore: notBefore)
                try await accept(message)
                stored += 1
                watch(message.record, sink: sink)
                guard notBefore != nil else { continue }
                machine.withLock { $0.stored(message.record.id, sink: sink, recipient: recipient) }
                if let old = replacing[recipient] {
                    dispatcher.cancel(old, because: "a later summary takes its place") { _ in }
                }
            }
        } catch {
            if stored == 0 { machine.withLock { $0.undo(sink, to: before) } }
            throw error
        }
    }

    private func place(
        _ delivery: AlertDelivery,
        _ content: AlertContent,
        to recipient: String,
        notBefore: Timestamp?
    ) throws(MessageRefusal) -> AcceptedMessage {
        let name = delivery.notification.sink
        let app = delivery.sink.appName(sink: name)
        let type = delivery.sink.messageType
        let api = type.descriptor
        guard let (index, limit) = dispatcher.place(app: app, api: api) else { throw AlertService.gone(name) }
        let now = time.timestamp()
        let id = dispatcher.makeID()
        var body = delivery.sink.body(content, to: recipient)
        if type == .template, let spliced = ClientMessageID.splice(into: body, id: id.description) { body = spliced }
        var isSummary = false
        if case .summary = content { isSummary = true }
        let keys = AlertNotification.keys(delivery.digest, recipient: recipient, at: now)
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
            metadata: delivery.metadata(isSummary: isSummary),
            recipient: recipient,
            body: body,
            idempotency: IdempotencyMark(key: keys.present, digest: delivery.digest),
            traceparent: delivery.traceparent
        )
        return AcceptedMessage(
            record: record,
            app: index,
            api: api,
            limit: limit,
            isDeduplicated: type.isDeduplicated(body)
        )
    }

    private func accept(_ message: AcceptedMessage) async throws(MessageRefusal) {
        let result = await withCheckedContinuation { continuation in
            dispatcher.accept(message) { continuation.resume(returning: $0) }
        }
        switch result {
        case .success:
            metrics.accepted(app: message.record.app, type: message.record.type, priority: .urgent)
        case .failure(.queueFull):
            throw MessageRefusal(.queueFull, "the queue is full", retryAfter: .seconds(5))
        case .failure(.journal(let error)):
            throw AlertService.refusal(error)
        }
    }

    static func refusal(_ error: JournalError) -> MessageRefusal {
        MessageRefusal(.journal, "the journal can't be used: \(error.message)", retryAfter: .seconds(5))
    }

    // MARK: The end

    /// Counts how a message ends, and says so where it did not arrive. A message of an earlier process is not watched.
    private func watch(_ record: MessageRecord, sink: String) {
        dispatcher.whenEnded(record.id) { [self] in
            Task { await ended(record.id, sink: sink) }
        }
    }

    private func ended(_ id: JobID, sink: String) async {
        guard let record = try? await journal.message(id), record.state.isTerminal else { return }
        metrics.delivered(record.state, sink: sink)
        let isFine = record.state == .sent || record.state == .delivered || record.state == .cancelled
        guard !isFine else { return }
        let last = record.attempts.last
        logger.warning(
            "an alert's notification did not arrive",
            metadata: [
                "sink": "\(sink)", "id": "\(id)", "state": "\(record.state.name)",
                "outcome": "\(last?.outcome.rawValue ?? "none")", "errcode": "\(last?.errcode ?? 0)",
            ]
        )
    }
}
