/// A sink that is a group's robot: one message for the group.
public struct AlertRobotConfiguration: Equatable, Sendable {
    public var robot: RobotConfiguration
    public var text = AlertTemplate.standard
    /// WeCom's user ids to mention, `@all` for everybody.
    public var mentioned: [String] = []
    /// Mobile numbers of the people to mention.
    public var mobiles: [String] = []
    /// DingTalk: mention everybody.
    public var mentionsAll = false

    public init(_ robot: RobotConfiguration) {
        self.robot = robot
    }
}
