/// Names a breaker: one for each app, upstream host and group of apis, so that media trouble never stops messages.
public struct BreakerKey: Hashable, Sendable {
    /// Index of the app.
    public var app: Int
    public var host: String
    public var group: String
}
