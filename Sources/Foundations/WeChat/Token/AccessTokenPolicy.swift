/// The times by which an access token is kept fresh. The defaults follow WeChat's page on `stable_token`.
public struct AccessTokenPolicy: Equatable, Sendable {
    /// How long before a token's end its successor can be had: earlier calls return the same token.
    public var renewal: Duration = .seconds(300)
    /// How often to ask in that time, until the token changes.
    public var poll: Duration = .seconds(60)
    /// How long a call waits before its one more try with a token that was rejected and confirmed.
    public var sameTokenPause: Duration = .seconds(1)
    /// How long rejections of a confirmed token cause no new fetch; doubled with each confirmation in a row.
    public var rejectionPause: Duration = .seconds(10)
    /// The longest such time.
    public var rejectionPauseMax: Duration = .seconds(300)
    /// Confirmations this far apart are not in a row.
    public var rejectionMemory: Duration = .seconds(600)
    /// How often to ask again while an operator has to act.
    public var faultProbe: Duration = .seconds(60)
    /// The same where each call may ask the account's admin for a confirmation (895xx).
    public var confirmationProbe: Duration = .seconds(300)
    /// When to ask again after the endpoint's minute quota.
    public var throttleProbe: Duration = .seconds(60)
    /// When to ask again after its daily quota, which may be cleared by hand.
    public var quotaProbe: Duration = .seconds(300)
    /// The first wait after a failure; doubled with each one in a row, half of it random.
    public var backoff: Duration = .milliseconds(500)
    /// The longest such wait.
    public var backoffMax: Duration = .seconds(30)
    /// A fetch without a result for this long is given up: its answer will not count.
    public var lost: Duration = .seconds(30)
    /// Whether a token that is replaced long before its end tells of a rival: somebody else who asks by force. Not where nobody can,
    /// and the issuer may end one early by itself.
    public var tellsOfRivals = true
    /// The longest life that an answer may claim.
    public var longestLife: Duration = .seconds(7200)

    /// The defaults.
    public init() {}
}
