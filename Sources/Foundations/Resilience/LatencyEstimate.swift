internal import Timekeeping

/// How long calls take, learnt from those that ended: a smoothed mean and a smoothed deviation, by the method of TCP's
/// retransmission timer (Jacobson 1988; RFC 6298).
///
/// A value of three numbers that can't overflow: a sample below zero counts as zero, one above ``longest`` as that.
public struct LatencyEstimate: Equatable, Sendable {
    /// No sample counts for more.
    public static let longest = Duration.seconds(3600)

    private struct State: Equatable {
        var mean: Int64
        var deviation: Int64
    }

    /// In nanoseconds.
    private var state: State?

    /// An estimate without a sample.
    public init() {}

    /// Takes note of a call's duration. Each sample moves the mean by an eighth of its distance, the deviation by a quarter.
    public mutating func record(_ took: Duration) {
        let sample = max(.zero, min(took, LatencyEstimate.longest)).inNanoseconds
        guard let old = state else {
            state = State(mean: sample, deviation: sample / 2)
            return
        }
        let distance = sample - old.mean
        state = State(
            mean: old.mean + distance / 8,
            deviation: old.deviation + (abs(distance) - old.deviation) / 4
        )
    }

    /// The smoothed mean; `nil` before the first sample.
    public var mean: Duration? {
        state.map { .nanoseconds($0.mean) }
    }

    /// What nearly every call needs at most: the mean and four mean deviations; `nil` before the first sample.
    public var expected: Duration? {
        state.map { .nanoseconds($0.mean + 4 * $0.deviation) }
    }
}
