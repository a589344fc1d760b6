public import Resilience

/// One WeChat account.
public struct AppConfiguration: Equatable, Sendable {
    public var appID: String
    /// The AppSecret.
    public var secret: String
    /// Origins such as `https://api.weixin.qq.com`, without a trailing slash; the first is used.
    public var hosts = ["https://api.weixin.qq.com"]
    /// By path, beginning with a slash.
    public var limits: [String: RateLimit] = [:]
    /// For every path that `limits` does not name, a bucket each.
    public var defaultLimit = RateLimit(permits: 500, per: .seconds(1), burst: 500)
    /// Whether the relay takes the app's own AppSecret as a caller's `secret` although clients are configured.
    public var acceptAppSecret = false

    public init(appID: String, secret: String) {
        self.appID = appID
        self.secret = secret
    }

    /// The limit in force for a path.
    public func limit(for path: String) -> RateLimit {
        limits[path] ?? defaultLimit
    }
}
