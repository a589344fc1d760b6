import HTTPServing
import Queueing
import Timekeeping
import WeChat
import Weir
import WireJSON

/// The one form of all answers of the messages and admin APIs: `{"code", "message", "data" | "error", "trace_id"}`.
enum Envelope {
    static let json = "application/json; charset=utf-8"

    static func success(
        _ status: Int,
        _ message: String,
        traceID: String,
        headers: [(name: String, value: String)] = [],
        data: (inout JSONWriter) -> Void
    ) -> OutgoingReply {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("code", status)
            writer.member("message", message)
            writer.member("data", object: data)
            writer.member("trace_id", traceID)
        }
        return OutgoingReply(status: status, headers: [("Content-Type", json)] + headers, body: writer.bytes)
    }

    static func failure(_ refusal: MessageRefusal, status: Int, traceID: String) -> OutgoingReply {
        var writer = JSONWriter()
        let seconds = refusal.retryAfter?.retryAfterSeconds
        writer.object { writer in
            writer.member("code", status)
            writer.member("message", refusal.message)
            writer.member("error", refusal.reason.rawValue)
            writer.member("field", refusal.field)
            writer.member("retry_after", seconds)
            refusal.suppressed?.write(to: &writer)
            writer.member("trace_id", traceID)
        }
        var headers: [(name: String, value: String)] = [("Content-Type", json)]
        if let seconds { headers.append(("Retry-After", String(seconds))) }
        // Whoever signs is not to be asked for a key.
        let scheme = refusal.field?.hasPrefix("X-Weir-") == true ? "Weir-Signature" : "Bearer"
        if status == 401 { headers.append(("WWW-Authenticate", "\(scheme) realm=\"weir\"")) }
        // The way out of a coding that isn't taken (RFC 9110 12.5.3).
        if refusal.field == "Content-Encoding" { headers.append(("Accept-Encoding", "identity")) }
        return OutgoingReply(
            status: status,
            headers: headers,
            body: writer.bytes,
            closesConnection: refusal.reason == .tooLarge
        )
    }

    /// For what has no reason of the messages API: an unknown path, a wrong method.
    static func failure(
        _ status: Int,
        _ error: String,
        _ message: String,
        traceID: String,
        headers: [(name: String, value: String)] = []
    ) -> OutgoingReply {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("code", status)
            writer.member("message", message)
            writer.member("error", error)
            writer.member("trace_id", traceID)
        }
        return OutgoingReply(status: status, headers: [("Content-Type", json)] + headers, body: writer.bytes)
    }

    static func methodNotAllowed(_ allowed: String, traceID: String) -> OutgoingReply {
        failure(405, "method_not_allowed", "use \(allowed) here", traceID: traceID, headers: [("Allow", allowed)])
    }
}

extension MessageRefusalReason {
    /// The HTTP status of the answer.
    var status: Int {
        switch self {
        case .malformed: 400
        case .invalid, .suppressed: 422
        case .unauthorized: 401
        case .forbidden: 403
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .rateLimited: 429
        case .conflict, .wrongState: 409
        case .queueFull, .journal, .overloaded, .shuttingDown, .upstream: 503
        case .notFound: 404
        }
    }

    /// For an Alertmanager (0.25): it comes again after a 5xx and gives up after a 4xx, a 429 included.
    var statusForAlertmanager: Int {
        self == .rateLimited ? 503 : status
    }
}

/// How the messages API shows a message.
extension MessageRecord {
    /// - Parameter withClient: whether to tell who sent it: operators are.
    func write(to json: inout JSONWriter, withAttempts: Bool = true, withClient: Bool = false) {
        json.member("id", message.id.description)
        json.member("state", progress.state.name)
        json.member("app", message.app)
        if withClient, !message.client.isEmpty { json.member("client", message.client) }
        json.member("type", message.type.rawValue)
        json.member("priority", message.priority.name)
        json.member("retry_class", message.retryClass)
        json.member("created_at", message.createdAt.rfc3339)
        json.member("not_before", message.notBefore?.rfc3339)
        json.member("not_after", message.notAfter?.rfc3339)
        if !content.metadata.isEmpty { json.member("metadata", raw: content.metadata) }
        if withAttempts {
            json.member(
                "attempts",
                array: { list in
                    for attempt in attempts { list.object { attempt.write(to: &$0) } }
                }
            )
            if omittedAttempts > 0 { json.member("attempts_omitted", omittedAttempts) }
            if let ambiguity { json.member("ambiguity", object: { ambiguity.write(to: &$0) }) }
        }
        json.member("msgid", progress.msgid.map(String.init))
        json.member("ended_at", progress.endedAt?.rfc3339)
        json.member("reason", progress.reason)
        if let receipt = progress.receipt { json.member("receipt", object: { receipt.write(to: &$0) }) }
        if withAttempts, !contradictions.isEmpty {
            json.member(
                "contradicting_receipts",
                array: { list in
                    for receipt in contradictions { list.object { receipt.write(to: &$0) } }
                }
            )
        }
        if !progress.state.isTerminal { json.member("next_at", progress.nextAt?.rfc3339) }
        guard let outlook else { return }
        json.member("position", outlook.position)
        json.member("expected_at", outlook.expectedAt?.rfc3339)
    }
}

extension Ambiguity {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("since", since?.rfc3339)
        json.member("attempt", attempt)
        json.member("resolution", resolution?.rawValue)
    }
}

extension MessageReceipt {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("state", state.rawValue)
        json.member("at", at.rfc3339)
        json.member("reason", reason)
    }
}

extension AttemptRecord {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("n", number)
        json.member("started_at", startedAt.rfc3339)
        json.member("duration_ms", duration.inMilliseconds)
        json.member("outcome", outcome.rawValue)
        json.member("errcode", errcode)
        json.member("errmsg", errmsg)
        json.member("rid", rid)
    }
}
