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
    /// How many notifications it gets; what is more goes into one summary. Of a pool of robots: how many each of them gets.
    public var rate: RateLimit
    /// In which language it is told of alerts.
    public var language = AlertLanguage.english

    /// A sink that gets ten notifications a minute, unless told otherwise.
    public init(_ channel: Channel, rate: RateLimit = AlertSinkConfiguration.defaultRate) {
        self.channel = channel
        self.rate = rate
    }

    /// 10 a minute and a burst of 10: within what every robot's vendor takes.
    public static let defaultRate = RobotConfiguration.defaultRate

    /// The robots, if it is a group's; none for people on WeChat.
    package var robots: [RobotConfiguration] {
        guard case .robot(let group) = channel else { return [] }
        return group.robots
    }

    /// How many notifications it gets in all.
    var notificationRate: RateLimit {
        var rate = rate
        let count = max(1, robots.count)
        (rate.permits, rate.burst) = (rate.permits * count, rate.burst * count)
        return rate
    }
}

/// In which language people are told of alerts. The raw values are those of the configuration.
public enum AlertLanguage: String, CaseIterable, Sendable {
    case english = "en"
    case chinese = "zh"
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

/// A sink that is a group's robot, or an address that takes JSON: one message for the group.
public struct AlertRobotConfiguration: Equatable, Sendable {
    /// How a message looks. The raw values are those of the configuration.
    public enum Format: String, CaseIterable, Sendable {
        case text
        /// With links; of Feishu a card.
        case markdown
    }

    /// Whose robot it is, and what is needed to write to its group.
    public var robot: RobotConfiguration
    /// Further robots of the same group, used in turn with the first.
    public var others: [RobotConfiguration.Credentials] = []
    /// What the message says.
    public var text = AlertTemplate.standard
    /// Plain text, or markdown.
    public var format = Format.text
    /// Messages that a long list of alerts may take.
    public var parts = AlertRobotConfiguration.usualParts
    /// WeCom's user ids to mention, `@all` for everybody; Feishu's `open_id`s or `user_id`s.
    public var mentioned: [String] = []
    /// Mobile numbers of the people to mention.
    public var mobiles: [String] = []
    /// DingTalk and Feishu: mention everybody.
    public var mentionsAll = false
    /// What an address of one's own gets; nil for an object whose `text` is the text.
    public var body: AlertJSON?

    /// More messages than these about one group would hide the other groups.
    public static let usualParts = 5

    /// All robots of the group.
    package var robots: [RobotConfiguration] {
        [robot]
            + others.map { credentials in
                var other = robot
                (other.key, other.secret) = (credentials.key, credentials.secret)
                return other
            }
    }

    /// A robot that sends the standard text and mentions nobody.
    public init(_ robot: RobotConfiguration) {
        self.robot = robot
    }
}
