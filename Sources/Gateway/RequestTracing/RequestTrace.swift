public import Intake
import Queueing
import Synchronization
package import Timekeeping
public import WeirPorts

/// One request at one of Weir's doors: the id under which its work is found again, and what became known of it on its way.
public final class RequestTrace: Sendable {
    /// The trace id, 32 hexadecimal digits: in replies, logs and traces.
    public let id: String
    /// Of the span in which the request is handled, with its `tracestate` behind a space where there is one; what is done for it later
    /// belongs to that. The bare trace id where there is no span.
    public let traceparent: String
    let span: RequestSpan?
    package let began: Moment
    private let facts: Mutex<RequestFacts> = Mutex(RequestFacts())

    init(id: String, traceparent: String, span: RequestSpan?, began: Moment) {
        self.id = id
        self.traceparent = traceparent
        self.span = span
        self.began = began
    }

    /// Adds to what is known of the request.
    public func note(_ change: (inout RequestFacts) -> Void) {
        facts.withLock { change(&$0) }
    }

    package var known: RequestFacts { facts.withLock { $0 } }

    /// The client that it was found to be of; `nil` where none is configured or known.
    public var clientName: String? { facts.withLock { $0.client } }
}

extension RequestTrace {
    /// The message that the request brought or asked for.
    public func note(_ record: MessageRecord) {
        note { facts in
            facts.client = facts.client ?? (record.message.client.isEmpty ? nil : record.message.client)
            facts.app = record.message.app
            facts.message = record.id.description
            facts.outcome = record.progress.state.name
        }
    }

    /// The request was not granted.
    public func note(_ refusal: MessageRefusal) {
        let reason = refusal.reason
        note { facts in
            facts.outcome = reason.rawValue
            facts.isFailure = true
            facts.fault = reason.isFault ? reason.rawValue : nil
            facts.isStranger = reason == .unauthorized || reason == .forbidden && facts.client == nil
        }
    }
}

extension MessageRefusalReason {
    /// Whether it is this server that could not do its part.
    package var isFault: Bool {
        switch self {
        case .queueFull, .journal, .overloaded, .shuttingDown, .upstream: true
        case .malformed, .invalid, .unauthorized, .forbidden, .tooLarge, .unsupportedMediaType, .rateLimited,
            .budgetExceeded, .conflict, .notFound, .wrongState, .suppressed, .capped:
            false
        }
    }
}

/// What a request's one log line and its span say about it. No key, token or openid goes in here.
public struct RequestFacts: Sendable {
    /// The client's name; `nil` where none is configured or known.
    public var client: String?
    /// The app's name in the configuration.
    public var app: String?
    /// The api's label, not the path as it was asked for.
    public var api: String?
    /// The id of the message that was accepted or asked for.
    public var message: String?
    /// How it went: an outcome, a refusal's number or an error's name.
    public var outcome: String?
    /// WeChat's errcode in the last reply.
    public var errcode: Int?
    /// WeChat's request id in the last reply, which its support asks for.
    public var rid: String?
    /// Whether the caller did not get what it asked for.
    public var isFailure = false
    /// What failed here, one of few words; `nil` where nothing did, or where the caller brought it about.
    public var fault: String?
    /// Whether the caller may use nothing here, as far as it has shown.
    public var isStranger = false
    /// Where it came from, where Weir does not know whose it is.
    public var stranger: Stranger?

    /// What an operator did it to, for the audit trail, where the path does not say so.
    public var target: String?
    /// Why, where the request's body says so.
    public var reason: String?
    /// Whether nothing was changed, as only that was asked for.
    public var isDryRun = false

    /// Nothing is known yet.
    public init() {}

    package var pairs: [(key: String, value: String)] {
        [
            ("client", client), ("app", app), ("api", api), ("id", message), ("outcome", outcome),
            ("errcode", errcode.map(String.init)), ("rid", rid),
        ].compactMap { key, value in value.map { (key, $0) } }
    }
}
