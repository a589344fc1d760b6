/// What ``AccessTokenMachine/due(at:)`` asks its driver to do.
public enum TokenAction: Equatable, Sendable {
    /// Call `stable_token` with `force_refresh` false, and report the end with this fetch.
    case fetch(TokenFetch)
}

/// What a call that needs a token gets.
public enum TokenNeed: Equatable, Sendable {
    case token(AccessToken)
    /// There is none yet: wait for the fetch that is under way or planned.
    case wait
    /// There is none, and an operator has to act before there is.
    case fault(TokenFault)
}

/// What a call whose token was rejected does. Whatever it is, it does so once: the second rejection of a call is final.
public enum RejectionAction: Equatable, Sendable {
    /// Repeat with this token, which is another one.
    case useCurrent(AccessToken)
    /// Wait for the end of the fetch, then ask ``AccessTokenMachine/retry(afterRejected:at:)``.
    case refreshing
    /// WeChat says that this very token is the current one, or can't be asked: repeat with it after the pause.
    case sameToken(AccessToken, retryAfter: Duration)
    /// There is no other token until an operator acts.
    case fault(TokenFault)
}
