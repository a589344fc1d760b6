import Crypto
internal import Foundation
import Queueing
import Resilience
import Synchronization
import Timekeeping
import WireJSON

/// The messages API: takes messages, answers for their life, and lets their clients change their minds.
final class MessageService: Sendable {
    let live: LiveSettings.Holder
    let gate: ClientGate
    let idempotency = IdempotencyGate()
    /// Of bytes.
    let largeBodies = SharedPool(size: bytesInHand)
    /// Ends the waits of those who would wait longer than Weir runs.
    let stopping = StopSignal()
    let dispatcher: Dispatcher
    let journal: any Journal
    let metrics: GatewayMetrics
    let time: any TimeSource

    init(
        live: LiveSettings.Holder,
        gate: ClientGate,
        dispatcher: Dispatcher,
        journal: any Journal,
        metrics: GatewayMetrics,
        time: any TimeSource
    ) {
        self.live = live
        self.gate = gate
        self.dispatcher = dispatcher
        self.journal = journal
        self.metrics = metrics
        self.time = time
    }

    // MARK: Who is calling

    /// The caller behind a key. Without configured clients only direct loopback peers are served.
    func authenticate(key: String?, isDirectLoopback: Bool) throws(MessageRefusal) -> Caller {
        let settings = live.present
        let directory = settings.directory
        guard directory.hasClients else {
            guard isDirectLoopback else {
                throw MessageRefusal(
                    .forbidden,
                    "no clients are configured, so only direct callers on this machine are served: add `clients`"
                )
            }
            return Caller(name: "", by: settings)
        }
        guard let key else {
            throw MessageRefusal(.unauthorized, "send the client's key as `Authorization: Bearer KEY`")
        }
        guard let caller = directory.caller(key: key) else {
            throw MessageRefusal(.unauthorized, "no client has this key")
        }
        return Caller(name: caller.name, by: settings)
    }

    /// What a caller's request goes by.
    func settings(of caller: Caller) -> LiveSettings { caller.settings ?? live.present }

    // MARK: Acceptance

    /// Takes one message: returns when it is on disk.
    func accept(
        _ bytes: [UInt8],
        idempotencyKey: String?,
        caller: Caller,
        traceparent: String
    ) async throws(MessageRefusal) -> AcceptReply {
        try checkRate(caller, permits: 1)
        let draft = try MessageDraft(bytes)
        return try await accept(
            draft,
            source: bytes,
            idempotencyKey: idempotencyKey ?? draft.idempotencyKey,
            caller: caller,
            traceparent: traceparent
        )
    }

    func checkRate(_ caller: Caller, permits: Int) throws(MessageRefusal) {
        let limit = settings(of: caller).directory.client(caller)?.rate
        guard let wait = gate.wait(for: caller, limit: limit, permits: permits) else { return }
        throw MessageRefusal(.rateLimited, "client \(caller.label) is over its rate", retryAfter: wait)
    }

    /// Takes a message that was read already; `source` is what a repetition under the same key is compared by.
    func accept(
        _ draft: MessageDraft,
        source: [UInt8],
        idempotencyKey: String?,
        caller: Caller,
        traceparent: String
    ) async throws(MessageRefusal) -> AcceptReply {
        let app = try app(draft.app, caller: caller)
        guard let idempotencyKey else {
            return try await store(try place(draft, app: app, caller: caller, traceparent: traceparent))
        }
        guard MessageService.isValidKey(idempotencyKey) else {
            throw MessageDraft.invalid("Idempotency-Key", "must be 1–255 visible ASCII characters")
        }
        let key = IdempotencyKey(client: caller.name, app: app.name, key: idempotencyKey)
        let digest = MessageService.digest(source)
        try await idempotency.enter(key)
        defer { idempotency.leave(key) }
        let earlier: IdempotentMessage?
        do { earlier = try await journal.idempotent(key, now: time.timestamp()) } catch { throw refusal(error) }
        guard let earlier else {
            var message = try place(draft, app: app, caller: caller, traceparent: traceparent)
            message.record.idempotency = IdempotencyMark(key: idempotencyKey, digest: digest)
            return try await store(message)
        }
        guard earlier.digest == digest else {
            throw MessageRefusal(.conflict, "this Idempotency-Key stands for another message", field: "Idempotency-Key")
        }
        guard let record = try await find(earlier.id) else {
            throw MessageRefusal(.conflict, "the message under this key has ended and is no longer kept")
        }
        return AcceptReply(record: record, isReplay: true)
    }

    private static func isValidKey(_ key: String) -> Bool {
        1...255 ~= key.utf8.count && key.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    /// The key itself is no part of what is compared: it may come as a header or as a member.
    private static func digest(_ source: [UInt8]) -> [UInt8] {
        var message = source
        if let json = try? JSONObjectView(source), json.count(of: "idempotency_key") > 0 {
            var writer = JSONWriter()
            writer.object { writer in
                for member in json.members where json.name(of: member) != "idempotency_key" {
                    writer.member(json.name(of: member), raw: json.value(of: member).text)
                }
            }
            message = writer.bytes
        }
        let canonical = (try? CanonicalJSON.canonicalBytes(of: message)) ?? message
        return Array(SHA256.hash(data: Data(canonical)))
    }

    private func store(_ message: AcceptedMessage) async throws(MessageRefusal) -> AcceptReply {
        do throws(AcceptFailure) {
            try await dispatcher.accept(message)
        } catch {
            switch error {
            case .queueFull:
                throw MessageRefusal(
                    .queueFull,
                    "as many messages wait as queue.capacity allows at this priority",
                    retryAfter: .seconds(5)
                )
            case .noApp: throw MessageDraft.invalid("app", "is not configured any more")
            case .journal(let error): throw refusal(error)
            }
        }
        return AcceptReply(record: message.record, isReplay: false)
    }

    func refusal(_ error: JournalError) -> MessageRefusal {
        MessageRefusal(
            .journal,
            "the journal can't be used, nothing was accepted: \(error.message)",
            retryAfter: .seconds(5)
        )
    }

    func unreadable(_ error: JournalError) -> MessageRefusal {
        MessageRefusal(.journal, "the journal can't be read: \(error.message)", retryAfter: .seconds(5))
    }

    /// One message with its attempts.
    func find(_ id: JobID) async throws(MessageRefusal) -> MessageRecord? {
        do { return try await journal.message(id) } catch { throw unreadable(error) }
    }
}
