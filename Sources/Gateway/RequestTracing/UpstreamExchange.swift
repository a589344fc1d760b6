import Queueing
import Tracing
import WeChat
package import WeirPorts

/// What the span of a request to an upstream says of it, by OpenTelemetry's conventions for HTTP clients
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/) and, where it carries a message, for those who send one
/// (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/).
struct UpstreamExchange: Sendable {
    var origin: String
    var method: String
    var target: Target
    /// The path's template: its label in the catalog.
    var api: String
    var app: String
    /// 1 for the first attempt.
    var number: Int
    /// The message that it carries.
    var message: JobID?
    /// `nil` while it is under way.
    var result: Result?

    /// Where it went: path and query, without any token of Weir's.
    enum Target: Sendable {
        /// A path whose query holds nothing but secrets.
        case path(String, hasSecrets: Bool)
        /// A relayed call's own, up to where the token goes, and behind it.
        case relayed(prefix: String, suffix: String)

        func full(_ origin: String) -> String {
            switch self {
            case .path(let path, true): origin + path + "?access_token=" + ShownURL.redacted
            case .path(let path, false): origin + path
            case .relayed(let prefix, let suffix): ShownURL.full(origin: origin, target: prefix + suffix)
            }
        }
    }

    /// How it ended.
    struct Result: Sendable {
        /// HTTP's; `nil` where there was no answer.
        var status: Int?
        /// Why there was none.
        var failure: TransportFailure.Kind?
        var classification: Classification
        var connection: UpstreamConnection?

        /// `nil` where the upstream did its part: an unfollowed user is no failure of a call, nor is a caller who went away.
        var errorType: String? {
            if let failure { return failure == .cancelled ? nil : failure.rawValue }
            if let status, status >= 400 { return String(status) }
            switch classification.outcome {
            case .accepted, .recipient: return nil
            case .transient, .throttled, .quotaExhausted, .tokenRejected, .request, .account, .unknown:
                return classification.errcode.map(String.init) ?? classification.outcome.rawValue
            }
        }

        /// What the span's status says; no words where the HTTP status says it already.
        var spanStatus: SpanStatus? {
            guard errorType != nil else { return nil }
            let isPlain = failure == nil && (status ?? 0) >= 400
            return SpanStatus(code: .error, message: isPlain ? nil : classification.outcome.rawValue)
        }
    }

    func described() -> (name: String, attributes: SpanAttributes) {
        let verb = HTTPMethod(method)
        let template = api.hasPrefix("/") ? api : "/{path}"
        var attributes: SpanAttributes = [:]
        verb.tell(&attributes)
        ServerAddress(origin: origin)?.tell(&attributes)
        attributes["url.full"] = target.full(origin)
        attributes["url.template"] = template
        if number > 1 { attributes["http.request.resend_count"] = number - 1 }
        attributes["weir.attempt"] = number
        attributes["weir.app"] = app
        attributes["weir.api"] = api
        tellResult(&attributes)
        if let message {
            attributes["weir.id"] = message.description
            MessagingOperation(name: "send", destination: app, message: message.description).tell(&attributes)
        }
        return ("\(verb.inName) \(template)", attributes)
    }

    private func tellResult(_ attributes: inout SpanAttributes) {
        guard let result else { return }
        let classification = result.classification
        if let status = result.status { attributes["http.response.status_code"] = status }
        if let type = result.errorType { attributes["error.type"] = type }
        if let code = classification.errcode { attributes["wechat.errcode"] = code }
        if let rid = classification.rid { attributes["wechat.rid"] = rid }
        attributes["weir.outcome"] = classification.outcome.rawValue
        if let connection = result.connection {
            if let version = connection.version { attributes["network.protocol.version"] = version }
            if !connection.peerAddress.isEmpty {
                attributes["network.peer.address"] = connection.peerAddress
                attributes["network.peer.port"] = connection.peerPort
            }
        }
    }
}

/// A message is handed over, or handed on.
package struct MessagingOperation: Sendable {
    /// Weir's word for what is done.
    var name: String
    /// The app that it is sent for: Weir's queues have no other names. `nil` for a batch for several.
    var destination: String?
    var message: String?
    /// Messages, where it may be several.
    var count: Int?

    /// Of a batch's items those that were taken.
    package static func accept(_ records: [MessageRecord], isBatch: Bool) -> MessagingOperation {
        let apps = Set(records.map(\.message.app))
        return MessagingOperation(
            name: "accept",
            destination: apps.count == 1 ? apps.first : nil,
            message: isBatch ? nil : records.first?.id.description,
            count: isBatch ? records.count : nil
        )
    }

    /// The span's name, where no HTTP request has one.
    var spanName: String { destination.map { "\(name) \($0)" } ?? name }

    func tell(_ attributes: inout SpanAttributes) {
        attributes["messaging.system"] = "weir"
        attributes["messaging.operation.name"] = name
        attributes["messaging.operation.type"] = "send"
        if let destination { attributes["messaging.destination.name"] = destination }
        if let message { attributes["messaging.message.id"] = message }
        if let count { attributes["messaging.batch.message_count"] = count }
    }
}
