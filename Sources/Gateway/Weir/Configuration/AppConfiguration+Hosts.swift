extension AppConfiguration {
    /// WeChat's own host.
    static let officialHost = "https://api.weixin.qq.com"
}
