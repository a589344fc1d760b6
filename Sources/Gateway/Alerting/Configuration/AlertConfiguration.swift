public import Resilience

/// Where the notifications of an Alertmanager go. Without a sink none are taken.
public struct AlertConfiguration: Equatable, Sendable {
    /// The clients that may post webhooks; nil for any.
    public var clients: [String]?
    /// By name: people and group robots.
    public var sinks: [String: AlertSinkConfiguration] = [:]
    /// In order: for each alert the first that matches. The last one matches every alert.
    public var routes: [AlertRouteConfiguration] = []
    /// The retry class of the messages: one whose retries come soon at first and whose end ``lifetime`` alone decides. `available`
    /// would give up after two hours, which an outage may last.
    public var retryClass = "async"
    /// How long after its acceptance a message may still go out.
    public var lifetime = Duration.seconds(24 * 3600)

    /// No sinks: no webhook is taken.
    public init() {}

    /// Whether webhooks are taken at all.
    public var isEnabled: Bool { !sinks.isEmpty }
}

/// Somebody whom alerts reach: people on WeChat, or the group of a robot.
public struct AlertSinkConfiguration: Equatable, Sendable {
    /// By which way a sink is reached.
    public enum Channel: Equatable, Sendable {
        case wechat(AlertMessageConfiguration)
        case robot(AlertRobotConfiguration)
    }

    /// People on WeChat, or a group's robot.
    public var channel: Channel
    /// How many notifications it gets; what is more goes into one summary.
    public var rate: RateLimit

    /// A sink that gets ten notifications a minute, unless told otherwise.
    public init(_ channel: Channel, rate: RateLimit = AlertSinkConfiguration.defaultRate) {
        self.channel = channel
        self.rate = rate
    }

    /// 10 a minute and a burst of 10: within what both robots' vendors take.
    public static let defaultRate = RobotConfiguration.defaultRate

    /// The robot, if it is one.
    package var robot: RobotConfiguration? {
        guard case .robot(let robot) = channel else { return nil }
        return robot.robot
    }
}

/// One rule that says which sinks an alert goes to.
public struct AlertRouteConfiguration: Equatable, Sendable {
    /// By label: the values of which the alert must have one. Empty matches every alert.
    public var match: [String: [String]]
    /// Names of sinks.
    public var sinks: [String]

    /// Without `match` the rule takes every alert.
    public init(match: [String: [String]] = [:], sinks: [String]) {
        self.match = match
        self.sinks = sinks
    }

    /// Whether an alert with these labels is meant. A label that it doesn't have counts as empty.
    func matches(_ labels: [String: String]) -> Bool {
        match.allSatisfy { name, values in values.contains(labels[name] ?? "") }
    }
}

/// A sink that is a group's robot: one message for the group.
public struct AlertRobotConfiguration: Equatable, Sendable {
    /// Whose robot it is, and what is needed to write to its group.
    public var robot: RobotConfiguration
    /// What the message says.
    public var text = AlertTemplate.standard
    /// WeCom's user ids to mention, `@all` for everybody.
    public var mentioned: [String] = []
    /// Mobile numbers of the people to mention.
    public var mobiles: [String] = []
    /// DingTalk: mention everybody.
    public var mentionsAll = false

    /// A robot that sends the standard text and mentions nobody.
    public init(_ robot: RobotConfiguration) {
        self.robot = robot
    }
}

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

    /// Without an `origin` it is at its vendor's own address.
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
