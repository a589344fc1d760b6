/// How a webhook was answered. The raw values are metric labels.
enum AlertWebhookResult: String, CaseIterable, Sendable {
    /// All of it is on disk, or was before.
    case accepted
    /// Nothing of it was new.
    case duplicate
    /// No such JSON.
    case malformed
    /// A version of the format that is not supported.
    case version
    case tooLarge = "too_large"
    case unauthorized
    case forbidden
    case rateLimited = "rate_limited"
    /// The journal or the queue could not take it; Alertmanager comes again.
    case unavailable
    /// The configuration has no sinks.
    case unconfigured

    init(_ refusal: MessageRefusal) {
        self =
            switch refusal.reason {
            case .malformed, .unsupportedMediaType: .malformed
            case .invalid, .conflict, .wrongState: .version
            case .unauthorized: .unauthorized
            case .forbidden: .forbidden
            case .tooLarge: .tooLarge
            case .rateLimited: .rateLimited
            case .queueFull, .journal, .overloaded, .shuttingDown: .unavailable
            case .notFound: .unconfigured
            }
    }
}
