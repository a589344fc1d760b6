public import Timekeeping

/// An account's access token. It does not print itself.
public struct AccessToken: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The secret itself; WeChat says to reserve 512 characters.
    public var value: String
    /// When the call that brought it was begun, which is earlier than WeChat issued it.
    public var issuedAt: Instant
    /// When it dies, counted from ``issuedAt`` and so rather too early.
    public var expiresAt: Instant

    /// A token that lives from one instant to another.
    public init(value: String, issuedAt: Instant, expiresAt: Instant) {
        self.value = value
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// Says that there is a token, and not which.
    public var description: String {
        "AccessToken(redacted)"
    }

    /// As ``description``.
    public var debugDescription: String {
        description
    }

    /// Shows the end of its life alone, so that no dump shows the value.
    public var customMirror: Mirror {
        Mirror(self, children: ["expiresAt": expiresAt])
    }
}

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
