import Weir

extension MessageRefusalReason {
    /// The HTTP status of the answer.
    var status: Int {
        switch self {
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

    /// For an Alertmanager (0.25): it comes again after a 5xx and gives up after a 4xx, a 429 included.
    var statusForAlertmanager: Int {
        self == .rateLimited ? 503 : status
    }
}
