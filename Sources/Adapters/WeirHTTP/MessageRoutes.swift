import HTTPServing
import Queueing
import Timekeeping
import Weir
import WireJSON

/// The messages API: which path does what, and what its parameters may be.
struct MessageRoutes: Sendable {
    let handler: APIHandler
    let request: IncomingRequest
    let trace: RequestTrace
    /// Whether the admin listener took the request, and let its sender in: an operator sees and touches all clients' messages.
    var isOperator = false

    var traceID: String { trace.id }

    /// Answers what takes one message. Apart from the rest: this is the short way, and has no frame for all that.
    @inline(never)
    func answerMessage() async -> OutgoingReply {
        do throws(MessageRefusal) { return try await accept() } catch {
            return refuse(error, status: error.reason.status)
        }
    }

    /// - Parameter arguments: what stands in the place of the route's `{names}`.
    func answer(_ route: Route.Name, _ method: String, _ arguments: [String]) async -> OutgoingReply {
        do throws(MessageRefusal) {
            if route == .suppressions || route == .suppression {
                return try await SuppressionRoutes(self).answer(arguments)
            }
            return try await reply(route, method, arguments.first ?? "")
        } catch {
            let reason = error.reason
            return refuse(error, status: route == .alerts ? reason.statusForAlertmanager : reason.status)
        }
    }

    /// Who asked, for the log: a client, or a program on this machine where there are none.
    func asker(status: Int) -> String {
        status == 401 || status == 403 ? "stranger" : trace.clientName ?? "loopback"
    }

    private func refuse(_ refusal: MessageRefusal, status: Int) -> OutgoingReply {
        trace.note(refusal)
        if refusal.reason == .unauthorized || refusal.reason == .forbidden { request.noteStranger(in: trace) }
        return Envelope.failure(refusal, status: status, traceID: traceID, headers: limits(refusal))
    }

    private func reply(_ route: Route.Name, _ method: String, _ id: String) async throws(MessageRefusal)
        -> OutgoingReply
    {
        switch (route, method) {
        case (.messages, _): try await list()
        case (.batch, _): try await acceptBatch()
        case (.message, "DELETE"): try await cancel(id)
        case (.message, _): try await status(id)
        case (.explain, _): try await explain(id)
        case (.redrive, _): try await redrive(id)
        case (.redriveAll, _): try await redriveAll()
        case (.errcode, _): try errcode(id)
        case (.quota, _): try QuotaReport(handler.gateway, request, caller: try caller()).reply(traceID: traceID)
        case (.events, _): try await acceptEvent()
        case (.page, _): try await signPage(id)
        case (.alerts, _): try await AlertRoutes(handler: handler, request: request, trace: trace).accept()
        default: throw MessageRefusal(.notFound, "no such path; GET /openapi.yaml lists them")
        }
    }

    func caller() throws(MessageRefusal) -> Caller {
        guard !isOperator else { return .operator(because: request.header("x-weir-reason")) }
        let caller = try handler.gateway.authenticate(key: request.bearer, isDirectLoopback: request.isDirect)
        trace.note { $0.client = caller.name.isEmpty ? nil : caller.name }
        return caller
    }

    private func body(upTo limit: Int) async throws(MessageRefusal) -> [UInt8] {
        try await request.body(upTo: limit, orSay: "the body is over \(limit >> 10) KiB")
    }

    // MARK: Handing over

    /// What is refused before the gateway sees the message counts as well.
    private func counted(_ refusal: MessageRefusal) -> MessageRefusal {
        handler.gateway.messageRefused(refusal)
        return refusal
    }

    private func accept() async throws(MessageRefusal) -> OutgoingReply {
        let (caller, bytes): (Caller, [UInt8])
        do throws(MessageRefusal) {
            (caller, bytes) = (try self.caller(), try await body(upTo: 256 << 10))
        } catch {
            throw counted(error)
        }
        let preferences = request.headerList("prefer")
        let wait = WaitPreference.seconds(preferences)
        let reply = try await handler.gateway.accept(
            bytes,
            idempotencyKey: request.header("idempotency-key"),
            caller: caller,
            trace: trace,
            wait: wait.map { .seconds($0) }
        )
        return answer(reply, wait, preferences, limits: handler.gateway.limitFields(of: caller, reply.record))
    }

    /// A look at the place in the queue takes the dispatcher's lock for longer than an acceptance does: it is there for who asks for it.
    private func answer(
        _ reply: AcceptReply,
        _ wait: Int?,
        _ preferences: [String],
        limits: [(name: String, value: String)]
    ) -> OutgoingReply {
        let isShown = wait == nil && WaitPreference.wantsRepresentation(preferences)
        let record = isShown ? handler.gateway.asItWaits(reply.record) : reply.record
        var headers: [(name: String, value: String)] = [("Location", "/v1/messages/\(record.id)")]
        if reply.isReplay { headers.append(("Idempotent-Replayed", "true")) }
        if let wait { headers.append((WaitPreference.applied, "wait=\(wait)")) }
        if isShown { headers.append((WaitPreference.applied, WaitPreference.representation)) }
        let isDone = reply.isReplay || record.state.isTerminal
        return Envelope.success(
            isDone ? 200 : 202,
            isDone ? record.state.name : "accepted",
            traceID: traceID,
            headers: headers + limits
        ) { record.write(to: &$0) }
    }

    private func acceptEvent() async throws(MessageRefusal) -> OutgoingReply {
        let preferences = request.headerList("prefer")
        let wait = WaitPreference.seconds(preferences)
        var event = EventRequest(trace: trace, body: request.unreadBody)
        event.client = request.header("x-weir-client")
        event.timestamp = request.header("x-weir-timestamp")
        event.signature = request.header("x-weir-signature")
        event.contentType = request.header("content-type")
        event.isCoded = request.isCoded
        event.wait = wait.map { .seconds($0) }
        let reply = try await handler.gateway.acceptEvent(event)
        let limits = handler.gateway.limitFields(of: Caller(name: reply.record.client), reply.record)
        return answer(reply, wait, preferences, limits: limits)
    }

    private func acceptBatch() async throws(MessageRefusal) -> OutgoingReply {
        let (caller, bytes): (Caller, [UInt8])
        do throws(MessageRefusal) {
            (caller, bytes) = (try self.caller(), try await body(upTo: 16 << 20))
        } catch {
            throw counted(error)
        }
        let isLines = request.header("content-type")?.lowercased().contains("ndjson") ?? false
        let results = try await handler.gateway.acceptBatch(bytes, isLines: isLines, caller: caller, trace: trace)
        let limits = handler.gateway.limitFields(of: caller)
        return Envelope.success(200, "done", traceID: traceID, headers: limits) { data in
            data.member(
                "results",
                array: { list in
                    for result in results { list.object { write(result, to: &$0) } }
                }
            )
        }
    }

    private func write(_ result: BatchResult, to json: inout JSONWriter) {
        json.member("index", result.index)
        switch result.result {
        case .success(let reply):
            json.member("code", reply.isReplay ? 200 : 202)
            json.member("id", reply.record.id.description)
            json.member("message", reply.isReplay ? reply.record.state.name : "accepted")
        case .failure(let refusal):
            json.member("code", refusal.reason.status)
            json.member("error", refusal.reason.rawValue)
            json.member("field", refusal.field)
            json.member("message", refusal.message)
            json.member("retry_after", refusal.retryAfter?.retryAfterSeconds)
            refusal.suppressed?.write(to: &json)
            json.member("resets_at", refusal.resetsAt?.rfc3339)
        }
    }

    // MARK: Asking and changing

    private func signPage(_ app: String) async throws(MessageRefusal) -> OutgoingReply {
        let (caller, query) = (try caller(), QueryItems(request.query))
        if let unknown = query.unknownName(besides: ["url"]) {
            throw invalid(unknown, "is not known: url is, percent-encoded as a whole")
        }
        guard let url = query["url"] else { throw invalid("url", "is missing: the address of the page") }
        let signed = try await handler.gateway.sign(page: url, app: app, caller: caller)
        trace.note { $0.app = app }
        return Envelope.success(200, "ok", traceID: traceID, headers: [("Cache-Control", "no-store")]) { data in
            data.member("appId", signed.appID)
            data.member("timestamp", signed.timestamp)
            data.member("nonceStr", signed.nonce)
            data.member("signature", signed.signature)
            data.member("url", signed.url)
        }
    }

    private func status(_ id: String) async throws(MessageRefusal) -> OutgoingReply {
        let record = try await handler.gateway.message(id, caller: try caller())
        trace.note(record)
        return Envelope.success(200, record.state.name, traceID: traceID) { write(record, to: &$0) }
    }

    private func explain(_ id: String) async throws(MessageRefusal) -> OutgoingReply {
        let explanation = try await handler.gateway.explain(id, caller: try caller())
        trace.note { $0.message = id }
        return explanation.reply(accept: request.joinedHeader("accept"), withClient: isOperator, traceID: traceID)
    }

    private func errcode(_ text: String) throws(MessageRefusal) -> OutgoingReply {
        _ = try caller()
        return try ErrorCodeReply(text, of: request).reply(traceID: traceID)
    }

    private func cancel(_ id: String) async throws(MessageRefusal) -> OutgoingReply {
        let record = try await handler.gateway.cancel(id, caller: try caller())
        trace.note(record)
        // One in doubt ends as `unknown`.
        return Envelope.success(200, record.state.name, traceID: traceID) { write(record, to: &$0) }
    }

    private func redrive(_ id: String) async throws(MessageRefusal) -> OutgoingReply {
        let force = QueryItems(request.query)["force"] == "true"
        let record = try await handler.gateway.redrive(id, force: force, caller: try caller())
        trace.note(record)
        return Envelope.success(202, "accepted", traceID: traceID) { write(record, to: &$0) }
    }

    private func list() async throws(MessageRefusal) -> OutgoingReply {
        let page = try await handler.gateway.messages(try filter(), caller: try caller())
        return Envelope.success(200, "ok", traceID: traceID) { data in
            data.member(
                "messages",
                array: { list in
                    for record in page.messages { list.object { write(record, to: &$0, withAttempts: false) } }
                }
            )
            data.member("next", page.next?.description)
        }
    }

    private func redriveAll() async throws(MessageRefusal) -> OutgoingReply {
        let result = try await handler.gateway.redrive(try filter(), caller: try caller())
        return Envelope.success(200, "done", traceID: traceID) { data in
            data.member("redriven", result.redriven)
            data.member("skipped", result.skipped)
            data.member("has_more", result.next != nil)
            data.member("next", result.next?.description)
        }
    }

    /// Who sees several clients' messages is told whose each one is.
    private func write(_ record: MessageRecord, to json: inout JSONWriter, withAttempts: Bool = true) {
        record.write(to: &json, withAttempts: withAttempts, withClient: isOperator)
    }

    private static let filterNames = ["state", "app", "to", "since", "limit", "cursor"]

    private func filter() throws(MessageRefusal) -> MessageFilter {
        let query = QueryItems(request.query)
        let names = MessageRoutes.filterNames + (isOperator ? ["client"] : [])
        if let unknown = query.unknownName(besides: Set(names)) {
            throw invalid(unknown, "is not known: \(names.joined(separator: ", ")) are")
        }
        var filter = MessageFilter()
        for name in query.all("state").flatMap({ $0.split(separator: ",") }) {
            guard let state = JobState(name: name) else {
                throw invalid("state", "must be one of \(JobState.allCases.map(\.name).joined(separator: ", "))")
            }
            filter.states.append(state)
        }
        filter.app = query["app"]
        filter.client = query["client"]
        filter.recipient = query["to"]
        if let since = query["since"] {
            // A plus sign that was not escaped has become a space.
            guard let time = Timestamp(rfc3339: since.replacing(" ", with: "+")) else {
                throw invalid("since", "must be a time with an offset, such as 2026-11-21T09:00:00+08:00")
            }
            filter.since = time
        }
        if let limit = query["limit"] {
            guard let number = Int(limit), 1...1000 ~= number else { throw invalid("limit", "must be 1 to 1000") }
            filter.limit = number
        }
        if let cursor = query["cursor"] {
            guard let id = JobID(cursor) else { throw invalid("cursor", "is none that Weir gave out") }
            filter.before = id
        }
        return filter
    }

    private func invalid(_ field: String, _ problem: String) -> MessageRefusal {
        MessageRefusal(.invalid, "\(field) \(problem)", field: field)
    }
}
