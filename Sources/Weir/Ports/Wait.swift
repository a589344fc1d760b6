/// Time that a message spent waiting for one thing.
public struct Wait: Equatable, Sendable {
    public var reason: Obstacle.Reason
    public var duration: Duration

    public init(_ reason: Obstacle.Reason, _ duration: Duration) {
        self.reason = reason
        self.duration = duration
    }
}
