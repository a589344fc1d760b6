/// What an answer with a token changed.
public enum TokenUpdate: Equatable, Sendable {
    /// There is a new token.
    case renewed(AccessToken)
    /// There is a new one long before the old one's end: somebody else refreshed by force, or the secret was reset.
    case superseded(AccessToken)
    /// The same token as before, as early polls bring it.
    case unchanged(AccessToken)
    /// The same token though a call was rejected with it: worth an alert. Those that wait may try once more after
    /// ``AccessTokenPolicy/sameTokenPause``.
    case confirmed(AccessToken)
    /// The answer to a fetch that was given up, or one without a token.
    case ignored
}
