extension AppRuntime {
    /// A robot as an app: without token, with one lane.
    convenience init(sink: String, _ configuration: RobotConfiguration) {
        let robot = Robot(configuration)
        let limits = AppLimits(others: robot.limit)
        let name = Robot.appName(sink: sink)
        self.init(name: name, origin: robot.origin, limits: limits, keeper: nil, upstream: robot)
    }
}
