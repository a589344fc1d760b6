public import Resilience

/// A group robot of another messenger, a company's app at WeCom, or an address of one's own that takes JSON: they take alerts beside
/// WeChat.
public struct RobotConfiguration: Equatable, Sendable {
    /// Whose robot it is. The raw values are the sinks' types in the configuration.
    public enum Kind: String, CaseIterable, Sendable {
        case dingtalk
        case wecom
        /// An app of a company's at WeCom: it writes to people, departments and tags, and has an access_token.
        case wecomApp = "wecom_app"
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
    /// write to the group. Of a WeCom app the company's `corpid`, which is no secret.
    public var key: String
    /// The secret of DingTalk and Feishu for signed requests; nil where the robot is kept by keyword or address. Of a WeCom app its
    /// `corpsecret`, for which it is given its token.
    public var secret: String?
    /// Of a WeCom app: its number at its company.
    public var agentID = 0
    /// Of a WeCom app: whom it writes to.
    public var audience = WeComAudience()
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
        case .wecom, .wecomApp: "https://qyapi.weixin.qq.com"
        case .feishu: "https://open.feishu.cn"
        case .webhook: ""
        }
    }

    /// Requests that the vendor takes from one robot in a minute, or shows one person of an app's; nil where nobody says.
    public var vendorLimit: Int? {
        switch self {
        case .dingtalk, .wecom: 20
        // What is more it drops without a word.
        case .wecomApp: 30
        case .feishu: 100
        case .webhook: nil
        }
    }

    /// A rate of requests that stays within the vendor's limits however few notifications there are: Feishu takes 5 in a second, too.
    var usualRate: RateLimit {
        switch self {
        case .dingtalk, .wecom, .wecomApp, .webhook: RobotConfiguration.defaultRate
        case .feishu: RateLimit(permits: 90, per: .seconds(60), burst: 3)
        }
    }
}

/// Whom an app of WeCom's writes to: at least one of these is not empty.
public struct WeComAudience: Equatable, Sendable {
    /// User ids, or `@all` alone for everybody who may see the app.
    public var users: [String]
    /// Numbers of departments.
    public var parties: [String]
    /// Numbers of tags.
    public var tags: [String]

    /// Nobody, unless told otherwise.
    public init(users: [String] = [], parties: [String] = [], tags: [String] = []) {
        self.users = users
        self.parties = parties
        self.tags = tags
    }

    /// Everybody who may see the app.
    public static let everybody = "@all"
}
