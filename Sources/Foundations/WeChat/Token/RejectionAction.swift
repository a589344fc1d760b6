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
