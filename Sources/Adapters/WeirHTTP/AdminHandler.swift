import Gzip
public import HTTPServing
import PrometheusMetrics
import Resilience
public import Weir
import WireJSON

/// The admin listener: metrics, health, and what operators do.
public struct AdminHandler: Sendable {
    let gateway: Gateway
    let door: @Sendable () -> AdminDoor
    let reload: @Sendable () async -> ReloadReport
    let scrapes = ScrapeCache<OutgoingReply>()
    let scrapeThread = ScrapeThread()

    /// - Parameters:
    ///   - adminKey: what callers must carry; asked for each request, since a reload may change it.
    ///   - operators: those who have a key of their own, by their names; likewise.
    ///   - reload: reads the configuration anew.
    public init(
        gateway: Gateway,
        adminKey: @escaping @Sendable () -> String?,
        operators: @escaping @Sendable () -> [String: OperatorKey] = { [:] },
        reload: @escaping @Sendable () async -> ReloadReport
    ) {
        self.gateway = gateway
        door = { AdminDoor(adminKey: adminKey(), keys: operators()) }
        self.reload = reload
    }

    /// Answers one request.
    public func answer(_ request: IncomingRequest) async -> OutgoingReply {
        // A look at ten thousand apps is not for an event loop.
        await withTaskExecutorPreference(globalConcurrentExecutor) {
            await gateway.request(traceparent: request.header("traceparent"), head: nil) { trace in
                let visitor = door().visitor(request)
                let destination = Route.destination(of: request.path, on: .admin)
                let (route, reply) = await route(request, to: destination, by: visitor, trace: trace)
                request.noteRefusal(reply.status, in: trace)
                if let action = action(request, at: destination, by: visitor, status: reply.status, trace: trace) {
                    await gateway.acted(action, trace: trace)
                }
                let method = KnownMethod.label(request.method)
                return RequestAnswer(reply, route: route, method: method, status: reply.status)
            }
        }
    }

    /// What the request did, for the log and the audit trail: whatever an operator changes passes here.
    private func action(
        _ request: IncomingRequest,
        at destination: Route.Destination,
        by visitor: Result<AdminVisitor, AdminRefusal>,
        status: Int,
        trace: RequestTrace
    ) -> OperatorAction? {
        let known = try? visitor.get()
        let who = known?.name ?? AdminVisitor.stranger
        guard var action = request.action(at: destination, by: who, on: .admin, status: status) else { return nil }
        // Who was not let in has done nothing: a row for each would push out what was done.
        action.isAudited = known != nil
        action.role = known?.role.rawValue ?? ""
        trace.note { facts in
            action.target = facts.target ?? action.target
            action.reason = facts.reason ?? action.reason
            if facts.isDryRun { action.action += "_dry_run" }
        }
        return action
    }

    private func route(
        _ request: IncomingRequest,
        to destination: Route.Destination,
        by visitor: Result<AdminVisitor, AdminRefusal>,
        trace: RequestTrace
    ) async -> (String, OutgoingReply) {
        let traceID = trace.id
        guard case .own(let route, let arguments) = destination else {
            if case .failure(let refusal) = visitor { return ("admin", refusal.reply(traceID: traceID)) }
            let message = "no such path; GET / lists them"
            return (Route.unknownLabel, Envelope.failure(404, "not_found", message, traceID: traceID))
        }
        if !route.isOpen, case .failure(let refusal) = visitor { return ("admin", refusal.reply(traceID: traceID)) }
        guard let method = route.method(request.method) else {
            return (route.label, Envelope.methodNotAllowed(route.allowed, traceID: traceID))
        }
        if let reply = OpenRoutes(gateway: gateway).answer(route) { return (route.label, reply) }
        if route.name == .metrics { return (route.label, await metrics(request)) }
        guard case .success(let known) = visitor else {
            return ("admin", AdminRefusal.wrongKey.reply(traceID: traceID))
        }
        let needed = route.role(method, arguments)
        guard known.role >= needed else {
            return (route.label, AdminRefusal.role(known, needs: needed).reply(traceID: traceID))
        }
        let operations = OperationRoutes(gateway: gateway, request: request, visitor: known, trace: trace)
        if operations.isAnswering(route.name) { return (route.label, await operations.answer(route.name, arguments)) }
        if route.isAboutMessages || route.name == .errcode || route.name == .quota {
            let api = APIHandler(gateway: gateway)
            let messages = MessageRoutes(handler: api, request: request, trace: trace, isOperator: true)
            return (route.label, await messages.answer(route.name, method, arguments))
        }
        return (route.label, await reply(route.name, arguments, request, by: known.name, traceID: traceID))
    }

    private func reply(
        _ route: Route.Name,
        _ arguments: [String],
        _ request: IncomingRequest,
        by who: String,
        traceID: String
    ) async -> OutgoingReply {
        switch route {
        case .index: .plain(200, AdminHandler.index)
        case .state: StateReport(gateway).reply(traceID: traceID)
        case .breaker: await force(arguments[0], arguments[1], request, by: who, traceID: traceID)
        case .app: await pause(arguments[0], arguments[1], AdminHandler.reason(request), traceID: traceID)
        case .raise: await RaiseRoute(gateway: gateway, request: request).answer(arguments[0], traceID: traceID)
        case .reload: await reloaded(traceID: traceID)
        default: Envelope.failure(404, "not_found", "no such path; GET / lists them", traceID: traceID)
        }
    }

    private static let index = """
        Weir
        GET  /metrics                              Prometheus
        GET  /healthz  /readyz  /readyz/messages   health
        GET  /openapi.yaml                         description
        GET  /v1/state                             breakers, limiters, queue, tokens, journal
        POST /v1/breakers/{name}/{open|close|auto}
        POST /v1/apps/{app}/{pause|resume|clear-quota}
        POST /v1/clients/{name}/raise              lifts a budget for a time: {"api", "limit", "until", "reason"}
        POST /v1/reload
        GET  /v1/messages                          all clients' messages: ?state= app= client= to= since= limit= cursor=
        GET  /v1/messages/{id}                     one of them; DELETE cancels it
        GET  /v1/messages/{id}/explain             its life in plain words
        POST /v1/messages/{id}/redrive             lets it wait again
        POST /v1/redrive                           lets all that match wait again: {filter, dry_run, rate, reason}
        POST /v1/cancel                            cancels all that match: the same
        GET  /v1/operations                        what of these runs; /{id} one of them
        POST /v1/operations/{id}/{pause|resume|stop}
        POST /v1/forget                            removes what is stored of a person: {app, to, reason}
        GET  /v1/audit                             what operators did: ?since= who= action= app= to= limit= cursor=
        GET  /v1/suppressions                      who is not sent to: ?app= to= limit= cursor=
        DELETE /v1/suppressions/{app}/{openid}     sends to them again
        GET  /v1/errcodes/{errcode}                what an errcode means, and what to do: ?api=
        GET  /v1/quota                             what of WeChat's daily quotas is used: ?app=

        """

    // MARK: Controls

    /// An operator's words about what they do.
    private static func reason(_ request: IncomingRequest) -> String? {
        request.header("x-weir-reason")
    }

    private func force(
        _ name: String,
        _ mode: String,
        _ request: IncomingRequest,
        by who: String,
        traceID: String
    ) async -> OutgoingReply {
        let modes: [String: BreakerMode] = ["open": .open, "close": .close, "auto": .auto]
        guard let chosen = modes[mode] else {
            return Envelope.failure(404, "not_found", "a breaker can be set to open, close or auto", traceID: traceID)
        }
        let by = "\(who) \(request.peer ?? "")"
        guard gateway.force(chosen, breaker: name, because: AdminHandler.reason(request), by: by) else {
            return Envelope.failure(
                404,
                "not_found",
                "no breaker has this name; GET /v1/state lists them",
                traceID: traceID
            )
        }
        return await decided(mode, "breaker", name, traceID: traceID)
    }

    /// Answers when the decision is on disk, or says that it can't be put there.
    private func decided(_ words: String, _ kind: String, _ name: String, traceID: String) async -> OutgoingReply {
        let isKept = await gateway.isDecisionKept()
        return Envelope.success(200, words, traceID: traceID) { data in
            data.member(kind, name)
            data.member("kept", isKept)
        }
    }

    private func pause(_ name: String, _ action: String, _ why: String?, traceID: String) async -> OutgoingReply {
        if action == "clear-quota" { return await clearQuotas(name, why, traceID: traceID) }
        guard action == "pause" || action == "resume" else {
            let message = "an app can be paused or resumed, and its quotas cleared: clear-quota"
            return Envelope.failure(404, "not_found", message, traceID: traceID)
        }
        guard gateway.setPaused(action == "pause", app: name, because: why) else {
            return Envelope.failure(404, "not_found", "no app has this name", traceID: traceID)
        }
        return await decided(action == "pause" ? "paused" : "resumed", "app", name, traceID: traceID)
    }

    private func clearQuotas(_ name: String, _ why: String?, traceID: String) async -> OutgoingReply {
        do throws(MessageRefusal) {
            let count = try await gateway.clearQuotas(of: name, because: why)
            let isKept = await gateway.isDecisionKept()
            return Envelope.success(200, "cleared", traceID: traceID) { data in
                data.member("app", name)
                data.member("kept", isKept)
                data.member("this_month", count)
            }
        } catch {
            return Envelope.failure(error, status: error.reason.status, traceID: traceID)
        }
    }

    private func reloaded(traceID: String) async -> OutgoingReply {
        let report = await reload()
        guard report.isInForce else {
            return Envelope.failure(
                422,
                "invalid_configuration",
                report.lines.joined(separator: "\n"),
                traceID: traceID
            )
        }
        return Envelope.success(200, "reloaded", traceID: traceID) { data in
            data.member(
                "changes",
                array: { list in
                    for line in report.lines { list.string(line) }
                }
            )
        }
    }
}

extension AdminHandler {
    /// `GET /metrics`: equal scrapes at the same time share one rendering, on a thread that answers no requests.
    func metrics(_ request: IncomingRequest) async -> OutgoingReply {
        let scrape = ScrapeRequest(
            format: ExpositionFormat.negotiate(accept: request.joinedHeader("accept")),
            names: Set(QueryItems(request.query).all("name[]")),
            // Only Prometheus says how long it waits.
            isStored: request.header("x-prometheus-scrape-timeout-seconds") != nil,
            coding: ContentCoding.negotiate(acceptEncoding: request.joinedHeader("accept-encoding")).rawValue
        )
        do {
            let (thread, registry) = (scrapeThread, gateway.registry)
            return try await scrapes.body(for: scrape) { scrape in
                await thread.run { AdminHandler.render(scrape, registry) }
            }
        } catch {
            return .plain(503, "\(error.maximum) scrapes are under way already\n")
        }
    }

    private static func render(_ scrape: ScrapeRequest, _ registry: MetricRegistry) -> OutgoingReply {
        var body = registry.render(scrape.format, names: scrape.names, isStored: scrape.isStored)
        var headers: [(name: String, value: String)] = [
            ("Content-Type", scrape.format.contentType), ("Vary", "Accept, Accept-Encoding"),
        ]
        if scrape.coding == ContentCoding.gzip.rawValue, let packed = try? Gzip.compress(body, level: 1) {
            body = packed
            headers.append(("Content-Encoding", "gzip"))
        }
        return OutgoingReply(status: 200, headers: headers, body: body)
    }
}

/// What became of an order to read the configuration anew.
public struct ReloadReport: Equatable, Sendable {
    /// Whether the new configuration is in force; if not, the old one is.
    public var isInForce: Bool
    /// What changed; or what is wrong, each as `file:line:column: message`.
    public var lines: [String]

    /// When `isInForce` is false, `lines` say what is wrong.
    public init(isInForce: Bool, lines: [String]) {
        self.isInForce = isInForce
        self.lines = lines
    }
}

/// The description of the messages and admin APIs that `/openapi.yaml` serves: `openapi.yaml` beside this file.
enum OpenAPIDocument {
    static let reply = OutgoingReply(
        status: 200,
        headers: [("Content-Type", "application/yaml; charset=utf-8")],
        body: PackageResources.openapi_yaml
    )
}
