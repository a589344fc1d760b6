import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

/// WeChat's API at Weir's address: takes a call as an SDK made it, and answers as WeChat would.
final class RelayService: Sendable {
    let directory: Mutex<ClientDirectory>
    let settings: Mutex<RelayConfiguration>
    let defaultClass: Mutex<String>
    let gate: ClientGate
    let dispatcher: Dispatcher
    let memory: RepeatMemory
    let metrics: GatewayMetrics
    let time: any TimeSource

    init(
        directory: ClientDirectory,
        configuration: GatewayConfiguration,
        gate: ClientGate,
        dispatcher: Dispatcher,
        metrics: GatewayMetrics,
        time: any TimeSource
    ) {
        self.directory = Mutex(directory)
        settings = Mutex(configuration.relay)
        defaultClass = Mutex(configuration.retry.defaultClass)
        self.gate = gate
        self.dispatcher = dispatcher
        self.metrics = metrics
        self.time = time
        memory = RepeatMemory(time: time)
    }

    /// Answers one call. `onHangup` is given what to do when the caller goes away while it waits.
    func answer(
        _ request: RelayRequest,
        onHangup: (@escaping @Sendable () -> Void) -> Void
    ) async -> RelayReply {
        guard let target = RelayTarget(request.target) else {
            return refuse(.notRelayed, "the path is not one of WeChat's API", request, api: "other")
        }
        let directory = directory.withLock { $0 }
        var api = APICatalog.descriptor(method: request.method, path: target.canonicalPath)
        // A path that the catalog does not know has a lane of its own where the configuration limits it.
        if api.label == APICatalog.otherLabel, directory.limits(target.canonicalPath) {
            api.label = target.canonicalPath
        }
        switch target.canonicalPath {
        case "/cgi-bin/token", "/cgi-bin/stable_token": return token(request, target: target, directory: directory)
        default: break
        }
        guard api.isRelayed else {
            return refuse(.notRelayed, "\(api.label) belongs to another product's host", request, api: api.label)
        }
        switch authorise(request, target: target, api: api, directory: directory) {
        case .refused(let reply): return reply
        case .granted(let passage):
            request.trace.note { facts in
                facts.client = passage.caller.name.isEmpty ? nil : passage.caller.name
                facts.app = directory.appNames.indices.contains(passage.app) ? directory.appNames[passage.app] : nil
                facts.api = api.label
            }
            return await send(request, passage: passage, api: api, onHangup: onHangup)
        }
    }

    // MARK: Tokens

    /// Both token endpoints: a client's key buys a virtual token, always for 7,200 seconds, as SDKs misbehave on less.
    private func token(_ request: RelayRequest, target: RelayTarget, directory: ClientDirectory) -> RelayReply {
        let api = target.canonicalPath
        let body = api == "/cgi-bin/stable_token" ? try? JSONObjectView(request.body, rules: .lenient) : nil
        let appID = body?.string("appid") ?? target.value("appid")
        let secret = body?.string("secret") ?? target.value("secret")
        guard let appID, let secret else {
            return refuse(.unknownClient, "appid and secret are needed", request, api: api)
        }
        guard let token = directory.virtualToken(appID: appID, secret: secret) else {
            return refuse(
                .unknownClient,
                "no client of this app has that secret: give the client's key",
                request,
                api: api
            )
        }
        var json = JSONWriter()
        json.object {
            $0.member("access_token", token)
            $0.member("expires_in", 7200)
        }
        return RelayReply(status: 200, headers: [RelayService.jsonType], body: json.bytes, api: api)
    }

    static let jsonType = HTTPField("Content-Type", "application/json; charset=utf-8")

    // MARK: On the way

    private func send(
        _ request: RelayRequest,
        passage: RelayPassage,
        api: APIDescriptor,
        onHangup: (@escaping @Sendable () -> Void) -> Void
    ) async -> RelayReply {
        let directory = directory.withLock { $0 }
        let client = directory.client(passage.caller)
        let priority = directory.priority(request.priority, caller: passage.caller)
        let retryClass = request.retryClass ?? client?.retryClass ?? defaultClass.withLock { $0 }
        let (body, identified) = identify(request, passage: passage, api: api)
        var headers: [HTTPField] = []
        if let type = request.contentType { headers.append(HTTPField("Content-Type", type)) }
        if let agent = request.userAgent { headers.append(HTTPField("User-Agent", agent)) }
        if let accept = request.accept { headers.append(HTTPField("Accept", accept)) }
        let hasBody = !body.isEmpty || request.method == "POST" || request.method == "PUT"
        let sent = body
        let (dispatcher, began, presence) = (dispatcher, time.now(), CallerPresence())
        let end = await withCheckedContinuation { (continuation: CheckedContinuation<RelayEnd, Never>) in
            let call = RelayCall(
                method: request.method,
                targetPrefix: passage.prefix,
                targetSuffix: passage.suffix,
                usesToken: passage.usesToken,
                headers: headers,
                body: hasBody ? sent : nil,
                app: passage.app,
                api: api,
                deadline: began + timeout(request, api: api),
                isRepeatable: api.repeatability == .always || identified != nil,
                trail: Trail(traceparent: request.trace.traceparent, waitingSince: time.timestamp())
            ) { continuation.resume(returning: $0) }
            let limit = directory.app(passage.app)?.limit(for: api.label) ?? RelayService.foreignLimit
            guard let id = dispatcher.relay(call, priority: priority, retryClass: retryClass, limit: limit) else {
                return
            }
            onHangup { [memory] in
                presence.leave()
                if let identified { memory.remember(identified.key(), id: identified.id, began: began) }
                dispatcher.hangUp(id)
            }
        }
        // Who hung up heard of no end, whatever it was.
        if !presence.isGone { settleMemory(end, identified: identified, began: began) }
        return reply(end, request: request, passage: passage, api: api)
    }

    /// Whoever can't know how a call ended may make it again; whoever has an answer means another call by the same bytes.
    private func settleMemory(_ end: RelayEnd, identified: Identified?, began: Instant) {
        guard let identified else { return }
        switch end {
        case .attempted(let last), .refused(_, last: .some(let last)):
            if last.leavesDoubt {
                memory.remember(identified.key(), id: identified.id, began: began)
            } else if !memory.isEmpty {
                memory.forget(identified.key())
            }
        case .refused(_, last: .none), .hungUp, .overloaded: break
        }
    }

    /// For calls that bring a real token of an app that is not configured.
    static let foreignLimit = RateLimit(permits: 500, per: .seconds(1), burst: 500)

    private func timeout(_ request: RelayRequest, api: APIDescriptor) -> Duration {
        if let asked = request.timeout { return asked }
        return settings.withLock { api.group == .media ? $0.mediaTimeout : $0.timeout }
    }

    /// A template send that can be told from its repeat.
    struct Identified: Sendable {
        var id: String
        /// Where the id is Weir's own: what the caller's repeat would be known by. Costs a hash, so only made when needed.
        var key: @Sendable () -> RepeatMemory.Key
    }

    /// Splices a client_msg_id into a template send that has none: WeChat drops a repeat only by it, and hardly any SDK sets it.
    private func identify(
        _ request: RelayRequest,
        passage: RelayPassage,
        api: APIDescriptor
    ) -> (body: [UInt8], identified: Identified?) {
        // A caller with a token of its own gets its bytes through untouched.
        guard passage.usesToken, api.repeatability == .withClientMessageID else { return (request.body, nil) }
        let (caller, app, path, original) = (passage.caller, passage.app, api.label, request.body)
        let key: @Sendable () -> RepeatMemory.Key = {
            RepeatMemory.Key(caller: caller, app: app, path: path, body: original)
        }
        let known = memory.isEmpty ? nil : memory.id(for: key())
        let id = known ?? dispatcher.makeID().description
        if let body = ClientMessageID.splice(into: request.body, id: id) {
            return (body, Identified(id: id, key: key))
        }
        guard let own = ClientMessageID.find(in: request.body) else { return (request.body, nil) }
        return (request.body, Identified(id: own, key: key))
    }
}
