extension AppRuntime {
    /// A robot as an app: without token, with one lane.
    convenience init(sink: String, _ configuration: RobotConfiguration) {
        let robot = Robot(configuration)
        var limits = AppConfiguration(appID: "", secret: "")
        limits.defaultLimit = robot.limit
        let name = Robot.appName(sink: sink)
        self.init(name: name, origin: robot.origin, configuration: limits, keeper: nil, upstream: robot)
    }
}
