/// An answer of the messages API that is not a success.
public struct MessageRefusal: Error, Equatable, Sendable {
    public var status: Int
    public var reason: MessageRefusalReason
    /// For people: which field, what is wrong, which limit, what to do. Never a message's content.
    public var message: String
    /// The field at fault, as a path such as `message.touser`.
    public var field: String?
    public var retryAfter: Duration?

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
        status =
            switch reason {
            case .malformed: 400
            case .invalid: 422
            case .unauthorized: 401
            case .forbidden: 403
            case .tooLarge: 413
            case .unsupportedMediaType: 415
            case .rateLimited: 429
            case .conflict, .wrongState: 409
            case .queueFull, .journal, .overloaded, .shuttingDown: 503
            case .notFound: 404
            }
    }
}
