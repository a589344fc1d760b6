/// What a call that needs a token gets.
public enum TokenNeed: Equatable, Sendable {
    case token(AccessToken)
    /// There is none yet: wait for the fetch that is under way or planned.
    case wait
    /// There is none, and an operator has to act before there is.
    case fault(TokenFault)
}
