package import Clients
import Crypto
import Delivering
package import Dispatching
import Eventing
internal import Foundation
package import Intake
import Queueing
import Resilience
import Settings
package import Suppressing
package import Timekeeping
import WeChat
package import WeirPorts
import WireJSON

/// The messages API: takes messages, answers for their life, and lets their clients change their minds.
package final class MessageService: Sendable {
    let live: LiveSettings.Holder
    let limits: CallerLimits
    let idempotency = KeyedTurns<IdempotencyKey>()
    /// All of a batch may be about the same.
    let collapses = KeyedTurns<CollapseMark>(longest: MessageService.batchLimit)
    let redrives = KeyedTurns<JobID>()
    /// Of signed events.
    let replays = ReplayMemory()
    /// Of bytes.
    package let largeBodies = SharedPool(size: bytesInHand)
    /// Ends the waits of those who would wait longer than Weir runs.
    let stopping = StopSignal()
    let intake: QueueIntake
    let dispatcher: Dispatcher
    let journal: any Journal
    let observer: any MessageObserver
    let suppressions: SuppressionBook
    let caps: CapBook
    let time: any TimeSource

    package init(
        live: LiveSettings.Holder,
        limits: CallerLimits,
        intake: QueueIntake,
        dispatcher: Dispatcher,
        journal: any Journal,
        observer: any MessageObserver,
        suppressions: SuppressionBook,
        caps: CapBook,
        time: any TimeSource
    ) {
        self.live = live
        self.limits = limits
        self.intake = intake
        self.dispatcher = dispatcher
        self.journal = journal
        self.observer = observer
        self.suppressions = suppressions
        self.caps = caps
        self.time = time
    }

    /// Has everybody answered who waits: with what is known now.
    package func stop() {
        stopping.send()
        idempotency.close()
        collapses.close()
        redrives.close()
    }

    // MARK: Who is calling

    /// The caller behind a key. Without configured clients only direct loopback peers are served.
    package func authenticate(key: String?, isDirectLoopback: Bool) throws(MessageRefusal) -> Caller {
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
    package func settings(of caller: Caller) -> LiveSettings { live.settings(of: caller) }

    // MARK: Acceptance

    /// Takes one message: returns when it is on disk. Apart, so that each function that waits has a small frame of its own.
    @inline(never)
    package func accept(
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

    package func checkRate(_ caller: Caller, permits: Int) throws(MessageRefusal) {
        let limit = settings(of: caller).directory.client(caller)?.rate
        guard let wait = limits.gate.wait(for: caller, limit: limit, permits: permits) else { return }
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
        do throws(MessageRefusal) {
            return try await accept(
                draft,
                for: app,
                source: source,
                idempotencyKey: idempotencyKey,
                caller: caller,
                traceparent: traceparent
            )
        } catch {
            if error.reason.isWeirs { observer.notAccepted(app: app) }
            throw error
        }
    }

    private func accept(
        _ draft: MessageDraft,
        for app: String,
        source: [UInt8],
        idempotencyKey: String?,
        caller: Caller,
        traceparent: String
    ) async throws(MessageRefusal) -> AcceptReply {
        guard let idempotencyKey else {
            let new = try new(draft, app: app, caller: caller, idempotency: nil, traceparent: traceparent)
            return try await admit(new)
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
            return try await admit(new)
        }
        guard earlier.digest == mark.digest else {
            throw MessageRefusal(.conflict, "this Idempotency-Key stands for another message", field: "Idempotency-Key")
        }
        guard let record = try await find(earlier.id) else {
            throw MessageRefusal(.conflict, "the message under this key has ended and is no longer kept")
        }
        observer.repeated(app: key.app)
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

extension MessageService {
    /// The name of the app that a caller means, if it may use it.
    func app(_ name: String?, caller: Caller) throws(MessageRefusal) -> String {
        let directory = settings(of: caller).directory
        guard let name else {
            guard let only = directory.onlyApp(of: caller) else {
                throw MessageDraft.invalid("app", "is missing, and this client may use several")
            }
            return only.name
        }
        guard let app = directory.app(name) else {
            throw MessageDraft.invalid("app", "names no app of the configuration")
        }
        guard directory.allows(caller, app: app) else {
            throw MessageRefusal(.forbidden, "this client may not use that app", field: "app")
        }
        return app.name
    }

    /// What a draft asks for and its client's settings allow.
    func new(
        _ draft: MessageDraft,
        app: String,
        caller: Caller,
        idempotency: IdempotencyMark?,
        traceparent: String
    ) throws(MessageRefusal) -> NewMessage {
        let directory = settings(of: caller).directory
        try checkMayCall(draft.type, body: draft.body, caller: caller)
        let (className, policy) = try retryClass(draft, caller: caller)
        try checkRecipient(draft, app: app)
        try checkCallback(draft, caller: caller)
        return NewMessage(
            app: app,
            client: caller.name,
            type: draft.type,
            priority: directory.priority(draft.priority, caller: caller),
            retryClass: className,
            notBefore: draft.notBefore,
            notAfter: draft.notAfter,
            lifetime: policy.lifetime,
            quiet: settings(of: caller).configuration.apps[app]?.quietHours,
            content: MessageContent(
                body: draft.body,
                metadata: draft.metadata,
                recipient: draft.recipient,
                idempotency: idempotency,
                traceparent: traceparent,
                callbackURL: draft.callback?.text ?? "",
                collapseKey: draft.collapseKey ?? ""
            ),
            collapse: MessageService.collapseMark(of: draft, app: app, client: caller.name)
        )
    }

    private func retryClass(
        _ draft: MessageDraft,
        caller: Caller
    ) throws(MessageRefusal) -> (name: String, policy: RetryPolicy) {
        let settings = settings(of: caller)
        let (client, retry) = (settings.directory.client(caller), settings.configuration.retry)
        let name = draft.retryClass ?? client?.retryClass ?? retry.defaultClass
        guard let policy = retry.classes[name] else {
            let names = retry.classes.keys.sorted().joined(separator: ", ")
            throw MessageDraft.invalid("retry_class", "must be one of \(names)")
        }
        return (name, policy)
    }
}
