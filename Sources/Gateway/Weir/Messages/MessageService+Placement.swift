import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

extension MessageService {
    /// The app that a caller means, if it may use it.
    func app(_ name: String?, caller: Caller) throws(MessageRefusal) -> ChosenApp {
        let directory = directory.withLock { $0 }
        let index = try appIndex(name, caller: caller, directory: directory)
        guard let app = directory.app(index) else { throw MessageDraft.invalid("app", "is not configured any more") }
        return ChosenApp(index: index, name: directory.appNames[index], configuration: app)
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

    /// Decides which class, priority, times and lane a draft gets, and gives it its id.
    func place(
        _ draft: MessageDraft,
        app: ChosenApp,
        caller: Caller,
        traceparent: String
    ) throws(MessageRefusal) -> AcceptedMessage {
        let directory = directory.withLock { $0 }
        try checkMayCall(draft.type, body: draft.body, caller: caller, directory: directory)
        let (className, policy) = try retryClass(draft, client: directory.client(caller))
        let now = time.timestamp()
        let notAfter = try notAfter(draft, policy: policy, at: now)
        let api = draft.type.descriptor
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
            app: app.index,
            api: api,
            limit: app.configuration.limit(for: api.label),
            isDeduplicated: draft.type.isDeduplicated(body)
        )
    }

    /// One permission, both ways in: what the relay denies to a client is no message of its either.
    func checkMayCall(
        _ type: MessageType,
        body: [UInt8],
        caller: Caller,
        directory: ClientDirectory
    ) throws(MessageRefusal) {
        var api = type.descriptor
        // Of a mass message the body decides between two paths.
        if api.isDenied, let path = type.api(for: body) {
            api = APICatalog.descriptor(method: "POST", path: path)
        }
        guard directory.mayCall(api, caller: caller) else {
            let why = "\(api.label) is not for this client: clients.\(caller.label).apis does not list it"
            throw MessageRefusal(.forbidden, why, field: "type")
        }
    }

    private func retryClass(
        _ draft: MessageDraft,
        client: ClientConfiguration?
    ) throws(MessageRefusal) -> (name: String, policy: RetryPolicy) {
        let retry = settings.withLock { $0 }
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
