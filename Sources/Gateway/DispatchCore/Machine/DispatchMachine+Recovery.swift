package import Queueing
import Resilience
package import Timekeeping
import WeChat

/// Whether a message may go again of which an attempt may have arrived: the one rule for a running process and for a new one.
extension DispatchMachine {
    /// What becomes of a message of an earlier process.
    package enum Recovery: Equatable, Sendable {
        /// It waits for its next attempt.
        case waits
        /// Nobody knows whether WeChat has it, and a repeat could be shown twice: it has ended.
        case endsUnknown
    }

    /// Brings back a job of an earlier process. It waits again, but for one in doubt: of which an attempt was in flight when that
    /// process ended, or ended without anybody knowing how. Such a one goes again only where WeChat knows a repeat, and only in time.
    package mutating func recover(_ job: Job, at moment: Moment) -> Recovery {
        let now = read(moment)
        var job = clock.inward(job, at: now)
        // Nor is a wait longer than from the first attempt to its end, though the clock was set back meanwhile.
        if let due = job.notBefore, let first = job.firstAttemptAt, !job.marks.contains(.callersTime) {
            job.notBefore = min(due, now.steady + (due - first))
        }
        guard !isStale(job, at: now.steady) else {
            if job.promise == .open { queue.countBroken(in: job.lane, of: job.priority) }
            return .endsUnknown
        }
        DispatchMachine.bound(&job)
        job = excused(job, at: now)
        queue.restore(job, isInherited: true, at: now.steady)
        return .waits
    }

    /// Whether a repeat now could be shown twice: an earlier attempt may have arrived, and WeChat's window for telling is over, or
    /// nobody knows when it began, because the clock was set back over a restart.
    func isStale(_ job: Job, at now: Timestamp) -> Bool {
        guard job.isInDoubt else { return false }
        guard let window = repeatWindow(of: job), let first = job.firstAttemptAt else { return true }
        let age = now - first
        return age >= window || age < .zero - SteadyClock.tolerance
    }

    /// For how long after a job's first attempt WeChat knows a repeat for one; `nil` where it does not.
    func repeatWindow(of job: Job) -> Duration? {
        job.marks.contains(.deduplicated) ? gates[job.lane.gate].api.repeatability.window : nil
    }

    /// What is in doubt ends when WeChat would not know its repeat any more, whatever it waits for then: a breaker, a park, an operator.
    /// The lane has the window.
    static func bound(_ job: inout Job) { job.isBounded = job.isInDoubt }

    /// A repeat is put off to this long before its window ends, not further: attempts start a little after their time.
    static let windowReserve = Duration.seconds(1)
}
