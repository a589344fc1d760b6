/// What a sandbox takes for true. Everything but the apps can also be changed while it runs (`POST /_sandbox/config`).
public struct SandboxConfiguration: Equatable, Sendable {
    /// AppID → AppSecret. A listed app needs its own secret.
    public var apps: [String: String] = [:]

    /// Whether an app that isn't listed is accepted too, with any secret that isn't empty.
    public var acceptsAnyApp = true

    /// Seconds that a new access token lives; WeChat's are 7200.
    public var tokenLifetime = 7200

    /// Seconds that a superseded token goes on working, and that the next stable token comes before the last one's end
    /// (at most half of the lifetime); WeChat's are 300. With 0 the old token dies at once.
    public var tokenOverlap = 300

    /// Calls a day (Asia/Shanghai) of an app by API path, in place of WeChat's published defaults; `*` is for every path
    /// that isn't named.
    public var dailyQuotas: [String: Int] = [:]

    /// Calls a clock minute of an app by API path; `*` is for every path that isn't named. Without an entry only
    /// stable_token (10,000) and mass sends (60) have such a limit.
    public var minuteQuotas: [String: Int] = [:]

    /// The template ids that exist. Empty: every one that doesn't begin with `bad`.
    public var templates: [String] = []

    /// How many deliveries are kept for `GET /_sandbox/deliveries`, the newest.
    public var keptDeliveries = 200_000

    /// How many requests are kept for `GET /_sandbox/requests`, the newest.
    public var keptRequests = 100_000

    public init() {}
}
