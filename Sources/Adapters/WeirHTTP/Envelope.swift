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

    static func failure(
        _ refusal: MessageRefusal,
        status: Int,
        traceID: String,
        headers extra: [(name: String, value: String)] = []
    ) -> OutgoingReply {
        var writer = JSONWriter()
        let seconds = refusal.retryAfter?.retryAfterSeconds
        writer.object { writer in
            writer.member("code", status)
            writer.member("message", refusal.message)
            writer.member("error", refusal.reason.rawValue)
            writer.member("field", refusal.field)
            writer.member("retry_after", seconds)
            refusal.suppressed?.write(to: &writer)
            writer.member("resets_at", refusal.resetsAt?.rfc3339)
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
            headers: headers + extra,
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
        case .invalid, .suppressed, .capped: 422
        case .unauthorized: 401
        case .forbidden: 403
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .rateLimited, .budgetExceeded: 429
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
