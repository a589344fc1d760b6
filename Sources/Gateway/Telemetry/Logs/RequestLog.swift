import Dispatching
package import Logging
package import Queueing
public import RequestTracing
package import Timekeeping
import WeChat

/// One line a request, one a message's end, and one for what somebody did: at `debug` for what went well, at `info` and above for what
/// did not or what changed something.
package final class RequestLog: Sendable {
    private let lines: BoundedLogHandler
    private let clients: @Sendable (JobID) async -> String?
    private let news = NewsFilter()

    /// - Parameter clients: tells whose a message is. It is asked for messages that did not arrive, of which few are told.
    package init(
        logger: Logger,
        time: any TimeSource,
        clients: @escaping @Sendable (JobID) async -> String? = { _ in nil }
    ) {
        lines = logger.handler.bounded(by: time)
        self.clients = clients
    }

    package func write(_ request: RequestTrace, route: String, method: String, status: Int, took: Duration) {
        let isFailure = request.known.isFailure || status >= 500
        lines.log(isFailure ? .info : .debug, "request") {
            var metadata: Logger.Metadata = [
                "route": "\(route)", "method": "\(method)", "status": .number(status),
                "took_ms": .stringConvertible(took.inMilliseconds), "trace_id": "\(request.id)",
            ]
            metadata.add(request.known)
            return metadata
        }
    }

    /// A message's end, other than by its sender's wish or success at `info`.
    func write(_ end: MessageEnd) {
        let isFailure = end.state != .sent && end.state != .cancelled
        guard isFailure else { return lines.log(.debug, "message \(end.state.name)") { Logger.Metadata(end) } }
        let clients = clients
        lines.log(
            .info,
            "message \(end.state.name)",
            later: {
                var metadata = Logger.Metadata(end)
                if let client = await clients(end.id), !client.isEmpty { metadata["client"] = "\(client)" }
                return metadata
            }
        )
    }

    /// A call brought a token that is not Weir's: told once a minute for each that calls so.
    package func foreignToken(from stranger: Stranger, api: String, traceID: String, at now: Instant) {
        guard news.isNews("\(stranger.peer ?? "") \(stranger.userAgent ?? "")", at: now) else { return }
        lines.log(.info, "a call brings a token that is not Weir's") {
            var metadata: Logger.Metadata = ["api": "\(api)", "trace_id": "\(traceID)"]
            metadata.add(stranger)
            return metadata
        }
    }

    /// Somebody changed something by one of the doors, or tried to.
    package func write(_ action: OperatorAction, traceID: String) {
        let level = action.isByOperator ? Logger.Level.notice : .info
        lines.log(level, action.isByOperator ? "an operator acts" : "a client acts") {
            var metadata: Logger.Metadata = [
                "who": "\(action.who)", "action": "\(action.action)", "method": "\(action.method)",
                "path": "\(Stranger.printable(action.path, bytes: 256))", "status": .number(action.status),
                "trace_id": "\(traceID)",
            ]
            if !action.target.isEmpty { metadata["target"] = "\(Stranger.printable(action.target, bytes: 256))" }
            if let reason = action.reason { metadata["reason"] = "\(Stranger.printable(reason, bytes: 200))" }
            metadata.add(action.caller)
            return metadata
        }
    }
}

/// What somebody did by one of the doors, and what came of it.
public struct OperatorAction: Sendable {
    /// An operator's name, `admin_key`, `loopback`, or a client's name.
    public var who: String
    /// Whether it was done at the admin listener.
    public var isByOperator: Bool
    /// What was done, one of few words.
    public var action: String
    /// The HTTP method.
    public var method: String
    /// The path as it was asked for, without its query.
    public var path: String
    /// The HTTP status of the answer.
    public var status: Int
    /// Why, in their own words.
    public var reason: String?
    /// Where it came from.
    public var caller: Stranger
    /// What their key may do.
    public var role = ""
    /// What it was done to. No openid goes in here.
    public var target = ""
    /// Whether they were let in, so that it belongs into the audit trail.
    public var isAudited = false

    /// Something that was answered with `status`.
    public init(
        who: String,
        isByOperator: Bool,
        action: String,
        method: String,
        path: String,
        status: Int,
        reason: String? = nil,
        caller: Stranger
    ) {
        self.who = who
        self.isByOperator = isByOperator
        self.action = action
        self.method = method
        self.path = path
        self.status = status
        self.reason = reason
        self.caller = caller
    }
}

extension Logger.Metadata {
    fileprivate mutating func add(_ facts: RequestFacts) {
        let texts = [
            ("client", facts.client), ("app", facts.app), ("api", facts.api), ("id", facts.message),
            ("outcome", facts.outcome), ("rid", facts.rid),
        ]
        for (key, text) in texts {
            if let text { self[key] = "\(text)" }
        }
        if let errcode = facts.errcode { self["errcode"] = .number(errcode) }
        if let stranger = facts.stranger { add(stranger) }
    }

    fileprivate mutating func add(_ stranger: Stranger) {
        if let peer = stranger.peer { self["peer"] = "\(peer)" }
        if let appID = stranger.appID { self["appid"] = "\(appID)" }
        if let userAgent = stranger.userAgent { self["user_agent"] = "\(userAgent)" }
    }

    fileprivate init(_ end: MessageEnd) {
        self = ["id": "\(end.id)", "app": "\(end.gate.app)", "api": "\(end.gate.api)"]
        if let type = MessageType(api: end.gate.api) { self["type"] = "\(type.rawValue)" }
        let traceID = TraceContext.traceID(in: end.traceparent)
        if !traceID.isEmpty { self["trace_id"] = "\(traceID)" }
        if let last = end.last {
            self["outcome"] = "\(last.outcome.rawValue)"
            self["attempts"] = .number(last.number)
            if let code = last.errcode { self["errcode"] = .number(code) }
            if let rid = last.rid { self["rid"] = "\(rid)" }
        } else if let reason = end.reason {
            self["reason"] = "\(reason)"
        }
    }
}
