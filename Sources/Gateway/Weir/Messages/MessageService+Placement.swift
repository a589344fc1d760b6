import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

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
        return NewMessage(
            app: app,
            client: caller.name,
            type: draft.type,
            priority: directory.priority(draft.priority, caller: caller),
            retryClass: className,
            notBefore: draft.notBefore,
            notAfter: draft.notAfter,
            lifetime: policy.lifetime,
            content: MessageContent(
                body: draft.body,
                metadata: draft.metadata,
                recipient: draft.recipient,
                idempotency: idempotency,
                traceparent: traceparent
            )
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
}
