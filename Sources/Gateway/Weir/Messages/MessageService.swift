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
    let idempotency = KeyedTurns<IdempotencyKey>()
    let redrives = KeyedTurns<JobID>()
    /// Of bytes.
    let largeBodies = SharedPool(size: bytesInHand)
    /// Ends the waits of those who would wait longer than Weir runs.
    let stopping = StopSignal()
    let intake: QueueIntake
    let dispatcher: Dispatcher
    let journal: any Journal
    let metrics: GatewayMetrics
    let time: any TimeSource

    init(
        live: LiveSettings.Holder,
        gate: ClientGate,
        intake: QueueIntake,
        dispatcher: Dispatcher,
        journal: any Journal,
        metrics: GatewayMetrics,
        time: any TimeSource
    ) {
        self.live = live
        self.gate = gate
        self.intake = intake
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
    func settings(of caller: Caller) -> LiveSettings { live.settings(of: caller) }

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
            let new = try new(draft, app: app, caller: caller, idempotency: nil, traceparent: traceparent)
            return try await intake.admit(new)
        }
        return try await acceptOnce(
            draft,
            source: source,
            key: IdempotencyKey(client: caller.name, app: app, key: idempotencyKey),
            caller: caller,
            traceparent: traceparent
        )
    }

    /// Takes a message whose key says whether it came before. Apart, so that a message without a key has no frame for all this.
    @inline(never)
    private func acceptOnce(
        _ draft: MessageDraft,
        source: [UInt8],
        key: IdempotencyKey,
        caller: Caller,
        traceparent: String
    ) async throws(MessageRefusal) -> AcceptReply {
        guard MessageService.isValidKey(key.key) else {
            throw MessageDraft.invalid("Idempotency-Key", "must be 1–255 visible ASCII characters")
        }
        let mark = IdempotencyMark(key: key.key, digest: MessageService.digest(source))
        try await idempotency.enter(key, for: caller.name)
        defer { idempotency.leave(key) }
        guard let earlier = try await earlier(key) else {
            let new = try new(draft, app: key.app, caller: caller, idempotency: mark, traceparent: traceparent)
            return try await intake.admit(new)
        }
        guard earlier.digest == mark.digest else {
            throw MessageRefusal(.conflict, "this Idempotency-Key stands for another message", field: "Idempotency-Key")
        }
        guard let record = try await find(earlier.id) else {
            throw MessageRefusal(.conflict, "the message under this key has ended and is no longer kept")
        }
        return AcceptReply(record, isReplay: true)
    }

    private func earlier(_ key: IdempotencyKey) async throws(MessageRefusal) -> IdempotentMessage? {
        do { return try await journal.idempotent(key, now: time.timestamp()) } catch {
            throw MessageRefusal(error, while: .reading)
        }
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

    /// One message with its attempts.
    func find(_ id: JobID) async throws(MessageRefusal) -> MessageRecord? {
        do { return try await journal.message(id) } catch {
            throw MessageRefusal(error, while: .reading)
        }
    }
}
