import HTTPServing
import Queueing
import Resilience
import Timekeeping
import WeChat
import Weir
import WireJSON

/// What operators have done to many messages, and what they did: the paths of it, all on the admin listener.
struct OperationRoutes: Sendable {
    let gateway: Gateway
    let request: IncomingRequest
    let visitor: AdminVisitor
    let trace: RequestTrace

    /// Bytes of a body.
    private static let bodyLimit = 64 << 10

    /// Whether the request is for here: `POST /v1/redrive` without a body is the page by page one that clients have, too.
    func isAnswering(_ route: Route.Name) -> Bool {
        switch route {
        case .cancelAll, .operations, .operation, .order, .audit, .forget: true
        case .redriveAll: request.declaredLength != 0
        default: false
        }
    }

    func answer(_ route: Route.Name, _ arguments: [String]) async -> OutgoingReply {
        do throws(MessageRefusal) {
            return try await reply(route, arguments)
        } catch {
            trace.note(error)
            return Envelope.failure(error, status: error.reason.status, traceID: trace.id)
        }
    }

    private func reply(_ route: Route.Name, _ arguments: [String]) async throws(MessageRefusal) -> OutgoingReply {
        switch route {
        case .redriveAll: try await begin(.redrive)
        case .cancelAll: try await begin(.cancel)
        case .operations: list()
        case .operation: shown(try gateway.operation(arguments[0]), 200, "ok")
        case .order:
            shown(try await gateway.order(arguments[1], operation: arguments[0], by: visitor.name), 200, "ok")
        case .forget: try await forget()
        default: try await AuditReply(gateway, request).reply(traceID: trace.id)
        }
    }

    // MARK: Operations

    private func begin(_ kind: BulkOperation.Kind) async throws(MessageRefusal) -> OutgoingReply {
        let bytes = try await body()
        // A body without a length turned out to be none.
        if bytes.isEmpty, kind == .redrive { return await pageByPage() }
        // What stands there twice may contradict itself.
        if let name = QueryItems(request.query).unknownName(besides: []) {
            let shown = Stranger.printable(name, bytes: 64)
            throw OrderJSON.invalid(shown, "is no parameter where there is a body: say it in filter")
        }
        let order = try OperationOrder(bytes, kind: kind, by: visitor.name, header: request.header("x-weir-reason"))
        trace.note { facts in
            facts.isDryRun = order.isDryRun
            facts.reason = order.request.reason
        }
        if order.isDryRun {
            let forecast = try await gateway.forecast(order.request)
            let time = gateway.expectedEnd(of: forecast, at: order.request.rate)
            return Envelope.success(200, "nothing was changed", traceID: trace.id) { data in
                data.member("kind", kind.rawValue)
                data.member("dry_run", true)
                data.member("filter", object: { order.request.filter.write(to: &$0) })
                data.member("rate", RateText.format(order.request.rate))
                forecast.write(to: &data)
                data.member("expected_end", time.rfc3339)
            }
        }
        let operation = try await gateway.begin(order.request)
        trace.note { $0.target = operation.id.description }
        return shown(operation, 202, "accepted")
    }

    private func pageByPage() async -> OutgoingReply {
        let api = APIHandler(gateway: gateway)
        let routes = MessageRoutes(handler: api, request: request, trace: trace, isOperator: true)
        return await routes.answer(.redriveAll, "POST", [])
    }

    private func list() -> OutgoingReply {
        Envelope.success(200, "ok", traceID: trace.id) { data in
            data.member(
                "operations",
                array: { list in
                    for operation in gateway.operations { list.object { write(operation, to: &$0) } }
                }
            )
        }
    }

    private func shown(_ operation: BulkOperation, _ status: Int, _ message: String) -> OutgoingReply {
        Envelope.success(status, message, traceID: trace.id) { write(operation, to: &$0) }
    }

    private func write(_ operation: BulkOperation, to json: inout JSONWriter) {
        json.member("id", operation.id.description)
        json.member("kind", operation.kind.rawValue)
        json.member("state", operation.state.rawValue)
        json.member("filter", object: { operation.filter.write(to: &$0) })
        json.member("rate", RateText.format(operation.rate))
        json.member("who", operation.who)
        json.member("reason", operation.reason)
        json.member("created_at", operation.createdAt.rfc3339)
        operation.forecast.write(to: &json)
        json.member("done", operation.done)
        json.member("skipped", operation.skipped)
        json.member("expected_end", gateway.expectedEnd(of: operation)?.rfc3339)
        json.member("ended_at", operation.endedAt?.rfc3339)
    }

    // MARK: Forgetting

    private func forget() async throws(MessageRefusal) -> OutgoingReply {
        let order = try ForgetOrder(try await body(), header: request.header("x-weir-reason"))
        let target = gateway.auditTarget(app: order.app, recipient: order.recipient)
        trace.note { facts in
            facts.target = target
            facts.reason = order.reason
        }
        let result = try await gateway.forget(app: order.app, recipient: order.recipient)
        return Envelope.success(200, result.isWhole ? "forgotten" : "forgotten but for what is left", traceID: trace.id)
        {
            data in
            data.member("app", order.app)
            data.member("audit_target", target)
            data.member(
                "removed",
                object: { json in
                    json.member("messages", result.messages)
                    json.member("suppressions", result.suppressions)
                    json.member("deliveries", result.deliveries)
                }
            )
            data.member("left", array: { list in for one in result.left { list.object { one.write(to: &$0) } } })
            data.member("files_clean", result.isShredded)
        }
    }

    private func body() async throws(MessageRefusal) -> [UInt8] {
        try await request.body(
            upTo: OperationRoutes.bodyLimit,
            orSay: "the body is over \(OperationRoutes.bodyLimit >> 10) KiB"
        )
    }
}

extension OperationForecast {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("matched", matched)
        json.member("unfit", unfit)
        json.member("quota_needed", quotaNeeded)
        json.member("quota_left", quotaLeft)
        guard quotas.contains(where: { !$0.app.isEmpty }) else { return }
        json.member(
            "quotas",
            array: { list in
                for quota in quotas {
                    list.object { json in
                        json.member("app", quota.app)
                        json.member("api", quota.api)
                        json.member("needed", quota.needed)
                        json.member("left", quota.left)
                    }
                }
            }
        )
    }
}

/// What is left of a person, why, and what ends that.
private struct LeftOver {
    var what: String
    var count: Int
    var reason: String
    var wayOut: String
    var ids: [JobID] = []

    func write(to json: inout JSONWriter) {
        json.member("what", what)
        json.member("count", count)
        json.member("reason", reason)
        json.member("way_out", wayOut)
        if !ids.isEmpty { json.member("ids", array: { list in for id in ids { list.string(id.description) } }) }
    }
}

extension ForgottenPerson {
    fileprivate var left: [LeftOver] {
        var left: [LeftOver] = []
        if waitingCount > 0 {
            let way = "cancel them (DELETE /v1/messages/{id}), or let them end, and ask again"
            left.append(
                LeftOver(
                    what: "messages",
                    count: waitingCount,
                    reason: "they wait or are on their way",
                    wayOut: way,
                    ids: waiting
                )
            )
        }
        if untold > 0 {
            let why = "their client is still to be told of their end"
            left.append(LeftOver(what: "messages", count: untold, reason: why, wayOut: "ask again when it was told"))
        }
        if events > 0 {
            let why = "subscribers are still to be told of them"
            left.append(LeftOver(what: "events", count: events, reason: why, wayOut: "ask again when they were told"))
        }
        if !isShredded {
            let why = "somebody read from the journal all the while: what was removed may still stand in its log"
            left.append(LeftOver(what: "bytes", count: 1, reason: why, wayOut: "ask again"))
        }
        return left
    }
}
