public import Timekeeping
public import WeirPorts

/// An answer of the messages API that is not a success.
public struct MessageRefusal: Error, Equatable, Sendable {
    /// Which kind of refusal it is; it decides the HTTP status.
    public var reason: MessageRefusalReason
    /// For people: which field, what is wrong, which limit, what to do. Never a message's content.
    public var message: String
    /// The field at fault, as a path such as `message.touser`.
    public var field: String?
    /// When the same request may be made again, where waiting helps: the `Retry-After` header.
    public var retryAfter: Duration?
    /// Why its recipient is not sent to, where that is why.
    public var suppressed: SuppressedRecipient?
    /// When the client's budget begins anew, where that is why.
    public var resetsAt: Timestamp?

    /// Set `retryAfter` only where the same request may succeed later. `message` is shown to the caller.
    public init(
        _ reason: MessageRefusalReason,
        _ message: String,
        field: String? = nil,
        retryAfter: Duration? = nil
    ) {
        self.reason = reason
        self.message = message
        self.field = field
        self.retryAfter = retryAfter
    }
}

extension MessageRefusal {
    /// The body has a content coding.
    public static var codedBody: MessageRefusal {
        MessageRefusal(
            .unsupportedMediaType,
            "a body is taken as it is: send it without Content-Encoding",
            field: "Content-Encoding"
        )
    }

    /// The body could not be read.
    ///
    /// - Parameter excess: what to say of one that is too long.
    public init(_ error: RelayBodyError, tooLarge excess: String) {
        switch error {
        case .tooLarge: self.init(.tooLarge, excess)
        case .incomplete: self.init(.malformed, "the body ended early")
        case .overloaded:
            let why = "bodies take as much memory as they may: nothing was accepted"
            self.init(.overloaded, why, retryAfter: .seconds(1))
        }
    }
}

extension MessageRefusal {
    /// Nothing is sent to its recipient for now.
    package init(_ recipient: SuppressedRecipient) {
        let why = "\(recipient.reason); the user's return lifts it, or an operator: nothing was accepted"
        self.init(.suppressed, why, field: "message.touser")
        suppressed = recipient
    }
}

extension MessageRefusal {
    /// What somebody wanted of the journal.
    package enum JournalUse {
        case accepting, changing, reading
    }

    /// The journal can't do what it is needed for.
    package init(_ error: JournalError, while use: JournalUse) {
        let what =
            switch use {
            case .accepting: "the journal can't be used, the message was not accepted"
            case .changing: "the journal can't be used, nothing was changed"
            case .reading: "the journal can't be read"
            }
        self.init(.journal, "\(what): \(error.message)", retryAfter: .seconds(5))
    }
}

/// Why a message was not accepted: the `error` member of the answer and a metric label.
public enum MessageRefusalReason: String, CaseIterable, Sendable {
    /// Not JSON, not UTF-8, nested too deeply.
    case malformed
    /// A member is missing, unknown, or has a value that can't be.
    case invalid
    case unauthorized
    case forbidden
    case tooLarge = "too_large"
    /// The body is coded, and Weir takes it only as it is.
    case unsupportedMediaType = "unsupported_media_type"
    case rateLimited = "rate_limited"
    /// The client's daily budget is used up.
    case budgetExceeded = "budget_exceeded"
    /// The same idempotency key with another body.
    case conflict
    case queueFull = "queue_full"
    case journal = "journal_unavailable"
    /// Weir has as much in hand as it may have at once, or this client has its share of that.
    case overloaded
    case shuttingDown = "shutting_down"
    /// WeChat did not give what Weir needs for its answer.
    case upstream = "upstream_unavailable"
    /// No such message, or not this client's.
    case notFound = "not_found"
    /// The message is not in a state in which that can be done.
    case wrongState = "wrong_state"
    /// WeChat takes no such message to its recipient for now.
    case suppressed
    /// Its recipient has had as many messages today as the app's caps allow.
    case capped

    /// Whether a proper message is refused because of Weir itself. A shutdown is none: whoever comes again is served by the next.
    package var isWeirs: Bool {
        switch self {
        case .queueFull, .journal, .overloaded: true
        case .malformed, .invalid, .unauthorized, .forbidden, .tooLarge, .unsupportedMediaType, .rateLimited,
            .budgetExceeded, .conflict, .shuttingDown, .upstream, .notFound, .wrongState, .suppressed, .capped:
            false
        }
    }
}

/// Why a relayed call's body could not be had.
public enum RelayBodyError: Error, Equatable, Sendable {
    /// It is longer than `limit` bytes.
    case tooLarge(limit: Int)
    /// The caller went away, or was too slow, before the body ended.
    case incomplete
    /// Weir has no memory for it at present.
    case overloaded
}
