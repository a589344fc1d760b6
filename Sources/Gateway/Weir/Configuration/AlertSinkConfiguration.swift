public import Resilience

/// Somebody whom alerts reach: people on WeChat, or the group of a robot.
public struct AlertSinkConfiguration: Equatable, Sendable {
    public enum Channel: Equatable, Sendable {
        case wechat(AlertMessageConfiguration)
        case robot(AlertRobotConfiguration)
    }

    public var channel: Channel
    /// How many notifications it gets; what is more goes into one summary.
    public var rate: RateLimit

    public init(_ channel: Channel, rate: RateLimit = AlertSinkConfiguration.defaultRate) {
        self.channel = channel
        self.rate = rate
    }

    /// 10 a minute and a burst of 10: within what both robots' vendors take.
    public static let defaultRate = RobotConfiguration.defaultRate

    /// The robot, if it is one.
    var robot: RobotConfiguration? {
        guard case .robot(let robot) = channel else { return nil }
        return robot.robot
    }
}
