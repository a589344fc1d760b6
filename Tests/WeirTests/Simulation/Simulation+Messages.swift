import Queueing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import Dispatching
@testable import Intake
@testable import Weir

/// What senders of messages do.
extension Simulation {
    func submitMessage() {
        let types = SimulatedConfiguration.types
        let (app, type) = (SimulatedConfiguration.apps[roll(3)], types[roll(types.count)])
        messageCount += 1
        let recipient = "\(SimulatedMessage.recipientPrefix)\(messageCount)"
        var members = ["\"app\":\"\(app)\"", "\"type\":\"\(type.name)\""]
        if roll(4) > 0 { members.append("\"priority\":\"\(Priority.allCases[roll(4)].name)\"") }
        if roll(3) > 0 { members.append("\"retry_class\":\"\(["available", "consistent", "async"][roll(3)])\"") }
        let now = time.timestamp()
        if roll(8) == 0 { members.append("\"not_before\":\"\((now + rollTime(.seconds(600))).rfc3339)\"") }
        if roll(3) == 0 {
            members.append("\"not_after\":\"\((now + .seconds(601) + rollTime(.seconds(3600))).rfc3339)\"")
        }
        members.append("\"message\":\(SimulatedMessage.content(type, to: recipient, isMarked: roll(2) == 0))")
        let message = SimulatedMessage(
            recipient: recipient,
            body: Array("{\(members.joined(separator: ","))}".utf8),
            caller: Caller(name: roll(4) == 0 ? "billing" : "orders"),
            key: roll(3) == 0 ? "key-\(messageCount)" : nil,
            sentAt: time.now()
        )
        if message.key != nil { keyed.append(message) }
        send(message)
    }

    /// Weir has something to say about alerts.
    func submitAlert() {
        let app = SimulatedConfiguration.apps[roll(3)]
        let type = [MessageType.template, .custom][roll(2)]
        messageCount += 1
        let recipient = "\(SimulatedMessage.recipientPrefix)\(messageCount)"
        let body = Array(SimulatedMessage.content(type, to: recipient, isMarked: false).utf8)
        let digest = String(repeating: "0a", count: 32)
        let key = "\(MessageSource.alertKeyPrefix)\(digest)-\(messageCount)-0"
        var message = SimulatedMessage(
            recipient: recipient,
            body: body,
            caller: Caller(name: "orders"),
            sentAt: time.now()
        )
        message.alert = NewMessage(
            app: app,
            client: "orders",
            type: type,
            priority: .urgent,
            retryClass: "consistent",
            source: .alert,
            content: MessageContent(
                body: body,
                recipient: recipient,
                idempotency: IdempotencyMark(key: key, digest: [])
            )
        )
        send(message)
    }

    /// A sender did not hear, or does not believe it: the same again. Sometimes it mistakes the key.
    func repeatOne() {
        guard let old = keyed.suffix(60).randomElement(using: &chance),
            time.now() - old.sentAt < .seconds(43_200)
        else { return }
        var message = SimulatedMessage(
            recipient: old.recipient,
            body: old.body,
            caller: old.caller,
            key: old.key,
            sentAt: time.now()
        )
        // Only where the first is known to be on disk, another must be refused.
        if roll(4) == 0, ids[old.recipient] != nil {
            message.isOther = true
            message.body = old.body.dropLast() + Array(",\"metadata\":{}}".utf8)
        }
        send(message)
    }

    private func send(_ message: SimulatedMessage) {
        unanswered.append(message)
        let (service, body, key, caller) = (gateway.messageService, message.body, message.key, message.caller)
        let (outbox, alert, intake) = (message.outbox, message.alert, gateway.intake)
        Task(executorPreference: time.executor) {
            do throws(MessageRefusal) {
                if let alert { return outbox.put(.success(try await intake.admit(alert))) }
                let reply = try await service.accept(body, idempotencyKey: key, caller: caller, traceparent: "trace")
                outbox.put(.success(reply))
            } catch {
                outbox.put(.failure(error))
            }
        }
    }

    func cancelOne() {
        guard let id = promised.suffix(40).randomElement(using: &chance) else { return }
        dispatcher.cancel(id) { _ in }
    }

    /// An ended message is to be sent again; one in doubt is not, without force, and may be shown twice with it.
    func redriveOne() {
        guard let id = promised.suffix(200).randomElement(using: &chance), let record = journal.record(id),
            record.state.isTerminal
        else { return }
        redriven.insert(id)
        let isForced = record.state == .unknown && roll(3) == 0
        let recipient = SimulatedMessage.recipient(in: String(decoding: record.body, as: UTF8.self))
        if isForced, let recipient { world.mayRepeat.insert(recipient) }
        let (service, caller) = (gateway.messageService, Caller(name: record.client))
        Task(executorPreference: time.executor) {
            _ = try? await service.redrive(id.description, force: isForced, caller: caller)
        }
    }
}
