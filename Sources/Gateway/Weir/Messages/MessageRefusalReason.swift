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
    /// The same idempotency key with another body.
    case conflict
    case queueFull = "queue_full"
    case journal = "journal_unavailable"
    /// Weir has as much in hand as it may have at once, or this client has its share of that.
    case overloaded
    case shuttingDown = "shutting_down"
    /// No such message, or not this client's.
    case notFound = "not_found"
    /// The message is not in a state in which that can be done.
    case wrongState = "wrong_state"
}
