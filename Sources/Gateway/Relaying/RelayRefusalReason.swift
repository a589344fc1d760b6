import WeirPorts

/// Why Weir answered in WeChat's place: finer than the errcode, and one of few. The raw values are a metric's label.
public enum RelayRefusalReason: String, CaseIterable, Sendable {
    /// Whose call it is can't be told: a token, key or AppID that is none of Weir's.
    case credentials
    /// The path is not relayed, or not to this client.
    case path
    /// The body, or WeChat's answer, is longer than Weir takes.
    case tooLarge = "too_large"
    /// The caller is over its own rate.
    case clientRate = "client_rate"
    /// The limiter had no permit for it in time.
    case limiter
    /// Its turn did not come in time.
    case turn
    /// As many calls wait as may.
    case full
    /// There was no memory for the body.
    case memory
    /// This machine had no connection or descriptor for it.
    case shortage
    /// The journal can't be written.
    case journal
    /// Weir was about to stop.
    case shutdown
    /// The breaker lets nothing through.
    case breaker
    /// WeChat's daily quota is used up.
    case quota
    /// There is no access_token, as its endpoint can't be reached.
    case noToken = "no_token"
    /// WeChat gives out no access_token for the app.
    case appCredentials = "app_credentials"
    /// WeChat refuses the account.
    case account
    /// WeChat rejects the app's access_token.
    case tokenRejected = "token_rejected"
    /// An operator paused the app.
    case paused
    /// The app left the configuration while the call waited.
    case noApp = "no_app"
    /// WeChat could not be reached.
    case unreachable
    /// WeChat was busy, to the last attempt.
    case busy
    /// Bytes left, and no answer came.
    case noAnswer = "no_answer"
    /// WeChat takes no such message to its recipient for now.
    case suppressed
    /// Its recipient has had as many messages today as the app's caps allow.
    case capped
    /// The client's daily budget is used up.
    case budget
}

extension RelayRefusal {
    /// The reason where none finer is told.
    package var usualReason: RelayRefusalReason {
        switch self {
        case .rateLimited: .limiter
        case .breakerOpen: .breaker
        case .outcomeUnknown: .noAnswer
        case .appUnavailable: .tokenRejected
        case .quotaExhausted: .quota
        case .unknownClient: .credentials
        case .recipientSuppressed: .suppressed
        case .recipientCapped: .capped
        case .requestTooLarge: .tooLarge
        case .unreachable: .unreachable
        case .overloaded: .full
        case .notRelayed: .path
        case .busy: .busy
        case .budgetExceeded: .budget
        }
    }
}

extension RelayRefusalReason {
    /// Why a call did not leave.
    init(_ obstacle: WaitReason) {
        self =
            switch obstacle {
            case .rateLimited, .throttled: .limiter
            case .scheduled, .concurrency, .turn, .quietHours: .turn
            case .breakerOpen: .breaker
            case .quotaExhausted, .quotaReserved: .quota
            case .noToken: .noToken
            case .credentials: .appCredentials
            case .account: .account
            case .tokenRejected: .tokenRejected
            case .paused: .paused
            case .noApp: .noApp
            case .journal: .journal
            case .draining: .shutdown
            }
    }
}
