internal import Timekeeping

/// The wall clock with its backward steps taken out, in milliseconds: what waiting times are measured with, so that nothing
/// loses its age when an operator or NTP sets the clock back.
struct AgeClock: Equatable, Sendable {
    /// Two threads may report their readings in the wrong order; only more than this is a step of the clock.
    static let tolerance: Int64 = 1000

    private var latest = Int64.min
    private var offset: Int64 = 0

    /// Takes note of a reading.
    mutating func observe(_ now: Timestamp) {
        if now.milliseconds >= latest {
            latest = now.milliseconds
            return
        }
        let step = latest.saturatingSubtract(now.milliseconds)
        guard step > AgeClock.tolerance else { return }
        offset = offset.saturatingAdd(step)
        latest = now.milliseconds
    }

    /// The present on this clock; never goes back.
    func present(at now: Timestamp) -> Int64 {
        max(now.milliseconds, latest).saturatingAdd(offset)
    }

    /// A wall time that is not after the present, on this clock.
    func point(_ past: Timestamp) -> Int64 {
        min(past.milliseconds, latest).saturatingAdd(offset)
    }

    /// What the wall clock, as it goes now, would have said at `point`.
    func wall(_ point: Int64) -> Timestamp {
        Timestamp(milliseconds: point.saturatingSubtract(offset))
    }
}
