import Queueing
import Timekeeping

/// One timeline for everything that lasts: the wall clock as it stood when the first reading came, moved on by the monotonic clock
/// alone. A step of the wall clock makes no duration on it longer or shorter.
///
/// The queue's times are on this timeline. What callers give as wall times (`not_before`, `not_after`) is converted when it comes
/// in, and again when the wall clock is stepped.
struct SteadyClock: Sendable {
    /// Less than this is no step: the two clocks are never read at exactly one time, and NTP slews.
    static let tolerance = Duration.milliseconds(500)

    /// The present on both clocks.
    struct Present: Sendable {
        let instant: Instant
        let wall: Timestamp
        /// The present on the steady timeline.
        let steady: Timestamp

        var moment: Moment { Moment(instant: instant, timestamp: wall) }

        /// The monotonic instant of a time on the steady timeline.
        func instant(ofSteady time: Timestamp) -> Instant {
            time == .distantFuture ? .distantFuture : instant + (time - steady)
        }

        /// What the wall clock will show at an instant, if nobody steps it.
        func wall(at later: Instant) -> Timestamp {
            wall + (later - instant)
        }
    }

    private var anchor: Moment?
    /// The wall clock less the steady one.
    private var skew = Duration.zero

    /// Takes note of a reading.
    ///
    /// - Returns: how far the wall clock was stepped since the last reading; `nil` when it was not.
    mutating func observe(_ now: Moment) -> Duration? {
        guard let anchor else {
            self.anchor = now
            return nil
        }
        let present = now.timestamp - (anchor.timestamp + (now.instant - anchor.instant))
        let step = present - skew
        guard step > SteadyClock.tolerance || step < .zero - SteadyClock.tolerance else { return nil }
        skew = present
        return step
    }

    /// When the first reading came: nobody here knows what was before.
    var start: Instant? { anchor?.instant }

    func present(_ now: Moment) -> Present {
        let steady = anchor.map { $0.timestamp + (now.instant - $0.instant) } ?? now.timestamp
        return Present(instant: now.instant, wall: now.timestamp, steady: steady)
    }

    func steady(_ wall: Timestamp) -> Timestamp {
        skew == .zero || wall == .distantFuture ? wall : wall + (Duration.zero - skew)
    }

    func wall(_ steady: Timestamp) -> Timestamp {
        skew == .zero || steady == .distantFuture ? steady : steady + skew
    }

    /// A job as callers know it, for the queue. A relayed call's times are durations from now: what lies between the two clocks at
    /// present, also less than a step, must not change them.
    func inward(_ job: Job, at now: Present) -> Job {
        guard job.isDurable else {
            let difference = now.steady - now.wall
            return difference == .zero ? job : converted(job) { $0 == .distantFuture ? $0 : $0 + difference }
        }
        return skew == .zero ? job : converted(job, steady)
    }

    /// A job of the queue, as callers know it.
    func outward(_ job: Job) -> Job { skew == .zero ? job : converted(job, wall) }

    /// An attempt, as callers know its job.
    func outward(_ lease: Lease) -> Lease {
        guard skew != .zero else { return lease }
        var lease = lease
        lease.job = outward(lease.job)
        return lease
    }

    private func converted(_ job: Job, _ convert: (Timestamp) -> Timestamp) -> Job {
        var job = job
        job.acceptedAt = convert(job.acceptedAt)
        job.notBefore = job.notBefore.map(convert)
        job.expiresAt = job.expiresAt.map(convert)
        job.firstAttemptAt = job.firstAttemptAt.map(convert)
        return job
    }
}
