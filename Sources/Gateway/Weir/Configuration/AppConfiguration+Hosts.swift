extension AppConfiguration {
    /// WeChat's own host.
    static var officialHost: String { AppRuntime.officialHost }
}
