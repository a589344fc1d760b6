import Crypto
internal import Foundation
import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

/// The messages API: takes messages, answers for their life, and lets their clients change their minds.
final class MessageService: Sendable {
    let directory: Mutex<ClientDirectory>
    let settings: Mutex<RetryConfiguration>
    let gate: ClientGate
    let idempotency = IdempotencyGate()
    let dispatcher: Dispatcher
    let journal: any Journal
    let metrics: GatewayMetrics
    let time: any TimeSource

    init(
        directory: ClientDirectory,
        retry: RetryConfiguration,
        gate: ClientGate,
        dispatcher: Dispatcher,
        journal: any Journal,
        metrics: GatewayMetrics,
        time: any TimeSource
    ) {
        self.directory = Mutex(directory)
        settings = Mutex(retry)
        self.gate = gate
        self.dispatcher = dispatcher
        self.journal = journal
        self.metrics = metrics
        self.time = time
    }

    // MARK: Who is calling

    /// The caller behind a key. Without configured clients only direct loopback peers are served.
    func authenticate(key: String?, isDirectLoopback: Bool) throws(MessageRefusal) -> Caller {
        let directory = directory.withLock { $0 }
        guard directory.hasClients else {
            guard isDirectLoopback else {
                throw MessageRefusal(
                    .forbidden,
                    "no clients are configured, so only direct callers on this machine are served: add `clients`"
                )
            }
            return Caller(name: "")
        }
        guard let key else {
            throw MessageRefusal(.unauthorized, "send the client's key as `Authorization: Bearer KEY`")
        }
        guard let caller = directory.caller(key: key) else {
            throw MessageRefusal(.unauthorized, "no client has this key")
        }
        return caller
    }

    // MARK: Acceptance

    /// Takes one message: returns when it is on disk.
    func accept(
        _ bytes: [UInt8],
        idempotencyKey: String?,
        caller: Caller,
        traceID: String
    ) async throws(MessageRefusal) -> AcceptReply {
        try checkRate(caller, permits: 1)
        let draft = try MessageDraft(bytes)
        return try await accept(
            draft,
            source: bytes,
            idempotencyKey: idempotencyKey ?? draft.idempotencyKey,
            caller: caller,
            traceID: traceID
        )
    }

    func checkRate(_ caller: Caller, permits: Int) throws(MessageRefusal) {
        let limit = directory.withLock { $0.client(caller)?.rate }
        guard let wait = gate.wait(for: caller, limit: limit, permits: permits) else { return }
        metrics.clientRefused(caller)
        throw MessageRefusal(.rateLimited, "client \(caller.label) is over its rate", retryAfter: wait)
    }

    /// Takes a message that was read already; `source` is what a repetition under the same key is compared by.
    func accept(
        _ draft: MessageDraft,
        source: [UInt8],
        idempotencyKey: String?,
        caller: Caller,
        traceID: String
    ) async throws(MessageRefusal) -> AcceptReply {
        var message = try place(draft, caller: caller, traceID: traceID)
        guard let idempotencyKey else { return try await store(message) }
        guard MessageService.isValidKey(idempotencyKey) else {
            throw MessageDraft.invalid("Idempotency-Key", "must be 1–255 visible ASCII characters")
        }
        let key = IdempotencyKey(client: caller.name, app: message.record.app, key: idempotencyKey)
        let digest = MessageService.digest(source)
        message.record.idempotency = IdempotencyMark(key: idempotencyKey, digest: digest)
        await idempotency.enter(key)
        defer { idempotency.leave(key) }
        let earlier: IdempotentMessage?
        do { earlier = try await journal.idempotent(key, now: time.timestamp()) } catch { throw refusal(error) }
        guard let earlier else { return try await store(message) }
        guard earlier.digest == digest else {
            throw MessageRefusal(.conflict, "this Idempotency-Key stands for another message", field: "Idempotency-Key")
        }
        guard let record = try await find(earlier.id) else { return try await store(message) }
        return AcceptReply(record: record, isReplay: true)
    }

    private static func isValidKey(_ key: String) -> Bool {
        1...255 ~= key.utf8.count && key.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    private static func digest(_ source: [UInt8]) -> [UInt8] {
        let canonical = (try? CanonicalJSON.canonicalBytes(of: source)) ?? source
        return Array(SHA256.hash(data: Data(canonical)))
    }

    /// Decides which app, class and times a draft gets.
    private func place(_ draft: MessageDraft, caller: Caller, traceID: String) throws(MessageRefusal) -> AcceptedMessage
    {
        let directory = directory.withLock { $0 }
        let index = try appIndex(draft.app, caller: caller, directory: directory)
        guard let app = directory.app(index) else { throw MessageDraft.invalid("app", "is not configured any more") }
        let client = directory.client(caller)
        let retry = settings.withLock { $0 }
        let className = draft.retryClass ?? client?.retryClass ?? retry.defaultClass
        guard let policy = retry.classes[className] else {
            throw MessageDraft.invalid(
                "retry_class",
                "must be one of \(retry.classes.keys.sorted().joined(separator: ", "))"
            )
        }
        let now = time.timestamp()
        if let notAfter = draft.notAfter, notAfter <= now { throw MessageDraft.invalid("not_after", "has passed") }
        let begin = max(draft.notBefore ?? now, now)
        let notAfter = draft.notAfter ?? policy.lifetime.map { begin + $0 }
        if let notBefore = draft.notBefore, let notAfter, notBefore >= notAfter {
            throw MessageDraft.invalid("not_before", "is not before not_after")
        }
        let api = APICatalog.descriptor(method: "POST", path: draft.type.lanePath)
        let id = dispatcher.makeID()
        var body = draft.body
        if draft.type == .template, let spliced = ClientMessageID.splice(into: body, id: id.description) {
            body = spliced
        }
        let record = MessageRecord(
            id: id,
            app: directory.appNames[index],
            client: caller.name,
            type: draft.type,
            priority: directory.priority(draft.priority, caller: caller),
            retryClass: className,
            createdAt: now,
            notBefore: draft.notBefore,
            notAfter: notAfter,
            metadata: draft.metadata,
            recipient: draft.recipient,
            body: body,
            traceID: traceID
        )
        return AcceptedMessage(
            record: record,
            app: index,
            api: api,
            limit: app.limit(for: api.label),
            isDeduplicated: draft.type.isDeduplicated(body)
        )
    }

    private func appIndex(
        _ name: String?,
        caller: Caller,
        directory: ClientDirectory
    ) throws(MessageRefusal) -> Int {
        guard let name else {
            guard let only = directory.onlyApp(of: caller) else {
                throw MessageDraft.invalid("app", "is missing, and this client may use several")
            }
            return only
        }
        guard let index = directory.appIndex(name) else {
            throw MessageDraft.invalid("app", "names no app of the configuration")
        }
        guard directory.allows(caller, app: index) else {
            throw MessageRefusal(.forbidden, "this client may not use that app", field: "app")
        }
        return index
    }

    private func store(_ message: AcceptedMessage) async throws(MessageRefusal) -> AcceptReply {
        let result = await withCheckedContinuation { continuation in
            dispatcher.accept(message) { continuation.resume(returning: $0) }
        }
        switch result {
        case .success:
            metrics.accepted(app: message.record.app, type: message.record.type, priority: message.record.priority)
            return AcceptReply(record: message.record, isReplay: false)
        case .failure(.queueFull):
            throw MessageRefusal(
                .queueFull,
                "as many messages wait as queue.capacity allows at this priority",
                retryAfter: .seconds(5)
            )
        case .failure(.journal(let error)):
            throw refusal(error)
        }
    }

    func refusal(_ error: JournalError) -> MessageRefusal {
        MessageRefusal(
            .journal,
            "the journal can't be used, nothing was accepted: \(error.message)",
            retryAfter: .seconds(5)
        )
    }

    /// One message with its attempts.
    func find(_ id: JobID) async throws(MessageRefusal) -> MessageRecord? {
        do { return try await journal.message(id) } catch { throw refusal(error) }
    }
}
