/// What became of spans that were to be exported. Each is told of once.
public enum OTLPReport: Equatable, Sendable {
    /// Why spans were lost.
    public enum Reason: String, CaseIterable, Sendable {
        /// They came faster than the collector took them.
        case queueFull = "queue_full"
        /// The collector answered with a status that no repetition mends.
        case refused
        /// The collector took the batch but for these.
        case rejected
        /// The collector could not be reached, or was too busy, for too long.
        case unreachable
        /// The process ended first.
        case shutdown
    }

    case exported(Int)
    case dropped(Int, Reason)
}
