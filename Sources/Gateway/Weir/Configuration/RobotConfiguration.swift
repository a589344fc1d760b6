public import Resilience

/// A group robot of another messenger, which takes alerts beside WeChat.
public struct RobotConfiguration: Equatable, Sendable {
    /// Whose robot it is. The raw values are the sinks' types in the configuration.
    public enum Kind: String, CaseIterable, Sendable {
        case dingtalk
        case wecom
    }

    /// Whose robot it is.
    public var kind: Kind
    /// DingTalk's `access_token`, WeCom's `key`: whoever has it can write to the group.
    public var key: String
    /// DingTalk's secret for signed requests; nil where the robot is kept by keyword or address.
    public var secret: String?
    /// Scheme, host and port, without a trailing slash.
    public var origin: String
    /// How many requests it may get. Both vendors allow 20 in a minute, of which ``defaultRate`` stays clear in any minute.
    public var rate = RobotConfiguration.defaultRate

    public init(kind: Kind, key: String, secret: String? = nil, origin: String? = nil) {
        self.kind = kind
        self.key = key
        self.secret = secret
        self.origin = origin ?? kind.officialOrigin
    }

    /// 10 a minute and a burst of 10: never more than 20 in any minute.
    public static let defaultRate = RateLimit(permits: 10, per: .seconds(60), burst: 10)

    /// Requests that both vendors take in a minute.
    public static let vendorLimit = 20
}

extension RobotConfiguration.Kind {
    /// The vendor's own address.
    public var officialOrigin: String {
        switch self {
        case .dingtalk: "https://oapi.dingtalk.com"
        case .wecom: "https://qyapi.weixin.qq.com"
        }
    }
}
