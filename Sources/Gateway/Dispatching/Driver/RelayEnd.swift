/// How a relayed call ended.
package enum RelayEnd: Sendable {
    /// An attempt was the last one.
    case attempted(LastAttempt)
    /// It could not be served, or its time was over while it waited; `last` when there was an attempt before.
    case refused(Obstacle, last: LastAttempt?)
    /// Its caller hung up while it waited.
    case hungUp
    /// The queue has no room.
    case overloaded
}
