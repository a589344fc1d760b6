import Resilience
import WeChat

/// What the dispatcher must know of an app to send for it; replaced as a whole by a reload.
struct AppRuntime: Sendable {
    var name: String
    var origin: String
    var configuration: AppConfiguration
    /// `nil` for calls that bring their own token.
    var keeper: TokenKeeper?
}
