/// How a fetch of a token failed.
public enum TokenFailure: Equatable, Sendable {
    /// No connection, a timeout, errcode -1, no readable answer.
    case transient
    /// 45011 and its like.
    case throttled
    /// 45009.
    case quotaExhausted
    /// What an operator has to mend.
    case fault(errcode: Int, detail: String)

    /// The failure that a classified answer of the token endpoint is; nil when it is none.
    public init?(_ classification: Classification) {
        switch classification.outcome {
        case .accepted: return nil
        case .throttled: self = .throttled
        case .quotaExhausted: self = .quotaExhausted
        case .transient, .unknown: self = .transient
        case .tokenRejected, .recipient, .request, .account:
            // Weir's call is always the same: whatever is wrong with it is wrong with the configuration. Without a code
            // it is Weir's own mistake (412).
            guard let code = classification.errcode else {
                self = .transient
                return
            }
            self = .fault(errcode: code, detail: classification.errmsg ?? "")
        }
    }
}
