public import Resilience

/// A group robot of another messenger, or an address of one's own that takes JSON: they take alerts beside WeChat.
public struct RobotConfiguration: Equatable, Sendable {
    /// Whose robot it is. The raw values are the sinks' types in the configuration.
    public enum Kind: String, CaseIterable, Sendable {
        case dingtalk
        case wecom
        case feishu
        /// Any address that takes JSON by POST.
        case webhook
    }

    /// What one robot of a pool is reached with.
    public struct Credentials: Equatable, Sendable {
        /// As ``RobotConfiguration/key``.
        public var key: String
        /// As ``RobotConfiguration/secret``.
        public var secret: String?

        /// A robot without a secret is kept by keyword or address.
        public init(key: String, secret: String? = nil) {
            self.key = key
            self.secret = secret
        }
    }

    /// Whose robot it is.
    public var kind: Kind
    /// DingTalk's `access_token`, WeCom's `key`, the end of Feishu's address; of a webhook its path and query. Whoever has it can
    /// write to the group.
    public var key: String
    /// The secret of DingTalk and Feishu for signed requests; nil where the robot is kept by keyword or address.
    public var secret: String?
    /// Scheme, host and port, without a trailing slash.
    public var origin: String
    /// By lower-case name: what a webhook's requests carry beside the body's type. The values may be secret.
    public var headers: [String: String] = [:]
    /// How many requests each robot may get: never more than its vendor takes.
    public var rate: RateLimit

    /// Without an `origin` it is at its vendor's own address.
    public init(kind: Kind, key: String, secret: String? = nil, origin: String? = nil) {
        self.kind = kind
        self.key = key
        self.secret = secret
        self.origin = origin ?? kind.officialOrigin
        rate = kind.usualRate
    }

    /// 10 a minute and a burst of 10: never more than 20 in any minute.
    public static let defaultRate = RateLimit(permits: 10, per: .seconds(60), burst: 10)
}

extension RobotConfiguration.Kind {
    /// The vendor's own address; empty for a webhook, which has none.
    public var officialOrigin: String {
        switch self {
        case .dingtalk: "https://oapi.dingtalk.com"
        case .wecom: "https://qyapi.weixin.qq.com"
        case .feishu: "https://open.feishu.cn"
        case .webhook: ""
        }
    }

    /// Requests that the vendor takes from one robot in a minute; nil where nobody says.
    public var vendorLimit: Int? {
        switch self {
        case .dingtalk, .wecom: 20
        case .feishu: 100
        case .webhook: nil
        }
    }

    /// A rate of requests that stays within the vendor's limits however few notifications there are: Feishu takes 5 in a second, too.
    var usualRate: RateLimit {
        switch self {
        case .dingtalk, .wecom, .webhook: RobotConfiguration.defaultRate
        case .feishu: RateLimit(permits: 90, per: .seconds(60), burst: 3)
        }
    }
}
