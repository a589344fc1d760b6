import Resilience

/// What the dispatcher must know of an app to send for it; replaced as a whole by a reload, and handed on by reference.
final class AppRuntime: Sendable {
    let name: String
    let origin: String
    let configuration: AppConfiguration
    /// `nil` for calls that bring their own token, and where none is needed.
    let keeper: TokenKeeper?
    let upstream: any Upstream

    init(
        name: String,
        origin: String,
        configuration: AppConfiguration,
        keeper: TokenKeeper?,
        upstream: any Upstream = WeChatUpstream()
    ) {
        self.name = name
        self.origin = origin
        self.configuration = configuration
        self.keeper = keeper
        self.upstream = upstream
    }

    /// One that is not configured: nothing can be sent for it.
    convenience init(absent name: String, appID: String = "") {
        let configuration = AppConfiguration(appID: appID, secret: "")
        self.init(name: name, origin: AppConfiguration.officialHost, configuration: configuration, keeper: nil)
    }
}
