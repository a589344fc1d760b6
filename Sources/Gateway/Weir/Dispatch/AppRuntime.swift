import Resilience
import WeChat

/// What the dispatcher must know of an app to send for it; replaced as a whole by a reload.
struct AppRuntime: Sendable {
    var name: String
    var origin: String
    var configuration: AppConfiguration
    /// `nil` for calls that bring their own token.
    var keeper: TokenKeeper?
    /// The group robot that stands behind this app, which is then none of WeChat's.
    var robot: Robot?

    init(name: String, origin: String, configuration: AppConfiguration, keeper: TokenKeeper?) {
        self.name = name
        self.origin = origin
        self.configuration = configuration
        self.keeper = keeper
    }

    /// One that is not configured: nothing can be sent for it.
    init(absent name: String, appID: String = "") {
        let configuration = AppConfiguration(appID: appID, secret: "")
        self.init(name: name, origin: AppConfiguration.officialHost, configuration: configuration, keeper: nil)
    }

    /// A robot as an app: without token, with one lane.
    init(sink: String, _ configuration: RobotConfiguration) {
        let robot = Robot(configuration)
        var limits = AppConfiguration(appID: "", secret: "")
        limits.defaultLimit = robot.limit
        self.init(name: Robot.appName(sink: sink), origin: robot.origin, configuration: limits, keeper: nil)
        self.robot = robot
    }
}
