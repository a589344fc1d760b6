import WeirPorts

/// How a relayed call ended. Indirect, as it lies in the frames of those who wait for it.
package indirect enum RelayEnd: Sendable {
    /// An attempt was the last one.
    case attempted(LastAttempt)
    /// It could not be served, or its time was over while it waited; `last` when there was an attempt before.
    case refused(Obstacle, last: LastAttempt?)
    /// Its caller hung up while it waited.
    case hungUp
    /// The queue has no room.
    case overloaded

    /// Bytes of the body that WeChat answered with last.
    package var replyLength: Int {
        switch self {
        case .attempted(let last), .refused(_, .some(let last)): last.reply?.body.count ?? 0
        case .refused, .hungUp, .overloaded: 0
        }
    }
}
