import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

extension MessageService {
    /// The app that a caller means, if it may use it.
    func app(_ name: String?, caller: Caller) throws(MessageRefusal) -> ConfiguredApp {
        let directory = settings(of: caller).directory
        guard let name else {
            guard let only = directory.onlyApp(of: caller) else {
                throw MessageDraft.invalid("app", "is missing, and this client may use several")
            }
            return only
        }
        guard let app = directory.app(name) else {
            throw MessageDraft.invalid("app", "names no app of the configuration")
        }
        guard directory.allows(caller, app: app) else {
            throw MessageRefusal(.forbidden, "this client may not use that app", field: "app")
        }
        return app
    }

    /// Decides which class, priority, times and lane a draft gets, and gives it its id.
    func place(
        _ draft: MessageDraft,
        app: ConfiguredApp,
        caller: Caller,
        traceparent: String
    ) throws(MessageRefusal) -> AcceptedMessage {
        let directory = settings(of: caller).directory
        try checkMayCall(draft.type, body: draft.body, caller: caller)
        let (className, policy) = try retryClass(draft, caller: caller)
        let now = time.timestamp()
        let notAfter = try notAfter(draft, policy: policy, at: now)
        let id = dispatcher.makeID()
        var body = draft.body
        if draft.type == .template, let spliced = ClientMessageID.splice(into: body, id: id.description) {
            body = spliced
        }
        let record = MessageRecord(
            id: id,
            app: app.name,
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
            traceparent: traceparent
        )
        return AcceptedMessage(
            record: record,
            app: app.slot,
            api: draft.type.descriptor,
            isDeduplicated: draft.type.isDeduplicated(body)
        )
    }

    /// One permission, both ways in: what the relay denies to a client is no message of its either.
    func checkMayCall(
        _ type: MessageType,
        body: [UInt8],
        caller: Caller
    ) throws(MessageRefusal) {
        var api = type.descriptor
        // Of a mass message the body decides between two paths.
        if api.isDenied, let path = type.api(for: body) {
            api = APICatalog.descriptor(method: "POST", path: path)
        }
        guard settings(of: caller).directory.mayCall(api, caller: caller) else {
            let why = "\(api.label) is not for this client: clients.\(caller.label).apis does not list it"
            throw MessageRefusal(.forbidden, why, field: "type")
        }
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

    private func notAfter(
        _ draft: MessageDraft,
        policy: RetryPolicy,
        at now: Timestamp
    ) throws(MessageRefusal) -> Timestamp? {
        if let notAfter = draft.notAfter, notAfter <= now { throw MessageDraft.invalid("not_after", "has passed") }
        let begin = max(draft.notBefore ?? now, now)
        let notAfter = draft.notAfter ?? policy.lifetime.map { min(begin + $0, .latest) }
        if let notBefore = draft.notBefore, let notAfter, notBefore >= notAfter {
            throw MessageDraft.invalid("not_before", "is not before not_after")
        }
        return notAfter
    }
}
