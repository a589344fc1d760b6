import Resilience
import WeChat

/// What the dispatcher must know of an app to send for it; replaced as a whole by a reload, and handed on by reference.
final class AppRuntime: Sendable {
    let name: String
    let origin: String
    let configuration: AppConfiguration
    /// `nil` for calls that bring their own token.
    let keeper: TokenKeeper?
    /// The group robot that stands behind this app, which is then none of WeChat's.
    let robot: Robot?

    init(
        name: String,
        origin: String,
        configuration: AppConfiguration,
        keeper: TokenKeeper?,
        robot: Robot? = nil
    ) {
        self.name = name
        self.origin = origin
        self.configuration = configuration
        self.keeper = keeper
        self.robot = robot
    }

    /// A robot as an app: without token, with one lane.
    convenience init(sink: String, _ configuration: RobotConfiguration) {
        let robot = Robot(configuration)
        var limits = AppConfiguration(appID: "", secret: "")
        limits.defaultLimit = robot.limit
        let name = Robot.appName(sink: sink)
        self.init(name: name, origin: robot.origin, configuration: limits, keeper: nil, robot: robot)
    }
}
