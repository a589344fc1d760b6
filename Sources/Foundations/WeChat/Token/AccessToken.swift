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
