public import Resilience
public import WeChat
public import WeirPorts

/// One WeChat account.
public struct AppConfiguration: Equatable, Sendable {
    /// WeChat's AppID, such as `wx1234567890abcdef`.
    public var appID: String
    /// The AppSecret.
    public var secret: String
    /// Origins such as `https://api.weixin.qq.com`, without a trailing slash; the first is used.
    public var hosts = ["https://api.weixin.qq.com"]
    /// By path, beginning with a slash.
    public var limits: [String: RateLimit] = [:]
    /// For every path that `limits` does not name, a bucket each.
    public var defaultLimit = RateLimit(permits: 500, per: .seconds(1), burst: 500)
    /// Daily quotas by path, beginning with a slash. Where one is named it binds in the place of the one that WeChat tells.
    public var quotas: [String: DailyQuota] = [:]
    /// Whether the relay takes the app's own AppSecret as a caller's `secret` although clients are configured.
    public var acceptAppSecret = false
    /// Where WeChat pushes its events; `nil` where Weir takes none, and so awaits no receipts.
    public var callback: CallbackConfiguration?
    /// What its receipts are expected to be like.
    public var receipts = ReceiptConfiguration()
    /// Whose messages are refused because WeChat takes none to their recipient.
    public var suppress = SuppressionPolicy()
    /// How many messages each recipient gets a day.
    public var caps: [CapRule] = []
    /// When its messages are not sent; `nil` where they always are.
    public var quietHours: QuietHours?

    /// WeChat's own host, and 500 calls a second for each path.
    public init(appID: String, secret: String) {
        self.appID = appID
        self.secret = secret
    }
}

/// The breaker's policy, one breaker for each app, host and api group.
public typealias BreakerConfiguration = CircuitBreakerPolicy

/// The way out.
public struct UpstreamConfiguration: Equatable, Sendable {
    /// Attempts in flight at once, over all apps.
    public var maxInFlight = 256
    /// How long a message's attempt may take.
    public var timeout = Duration.seconds(5)
    /// How long a connection may take to be set up.
    public var connectTimeout = Duration.seconds(1)
    /// `http://host:port` of a forward proxy. The environment's proxy variables are never read.
    public var proxy: String?
    /// A PEM file of certificate authorities to trust in place of the system's.
    public var caFile: String?

    /// At most 256 attempts at once, 5 s for each, and no proxy.
    public init() {}
}
