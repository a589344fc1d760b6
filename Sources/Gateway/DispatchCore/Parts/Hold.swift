import Queueing
import Timekeeping
import WeirPorts

/// A closed gate that lets one piece of work through from time to time, to see whether an operator has acted.
struct Hold: Equatable, Sendable {
    /// How soon WeChat is asked again at first, and at last: it locks out callers that insist (89506, 89507).
    static let interval = Duration.seconds(60)
    /// The same after a token was rejected: the keeper may have a better one soon.
    static let tokenInterval = Duration.seconds(5)
    /// No hold asks less often than this.
    static let longestInterval = Duration.seconds(300)
    /// A probe that is not back after this time makes room for another: its caller may be slow.
    static let longestProbe = Duration.seconds(10)

    /// Such as `errcode 48001`, and since when it has been so, renewals included.
    let cause: Cause
    /// What those who wait are told.
    let reason: Obstacle.Reason
    private(set) var until: Instant
    private(set) var probe: JobID?
    private var probeUntil = Instant.zero
    let interval: Duration

    /// - Parameter previous: the hold that this one renews, if it stands still: the wait doubles.
    init(
        _ cause: Cause,
        reason: Obstacle.Reason,
        at now: Instant,
        for first: Duration,
        after previous: Hold?
    ) {
        let renewed = previous.flatMap { $0.reason == reason ? $0 : nil }
        let interval = min(renewed.map { $0.interval * 2 } ?? first, Hold.longestInterval)
        let cause = Cause(cause.why, since: renewed?.cause.since ?? cause.since)
        self.init(cause, reason: reason, interval: interval, until: now + interval)
    }

    /// A hold that began earlier.
    init(_ cause: Cause, reason: Obstacle.Reason, interval: Duration, until: Instant) {
        self.cause = cause
        self.reason = reason
        self.interval = interval
        self.until = until
    }

    /// Until when work must wait at the latest, unless a probe's answer comes before; `nil` when it need not.
    func blocked(at now: Instant) -> Instant? {
        if now < until { return until }
        return probe != nil && now < probeUntil ? probeUntil : nil
    }

    /// `id` goes out as the probe.
    mutating func send(_ id: JobID, at now: Instant) {
        probe = id
        probeUntil = now + Hold.longestProbe
    }

    /// The probe came back without saying anything about the account: the next one waits its time.
    mutating func probeFailed(at now: Instant) {
        probe = nil
        until = max(until, now + interval)
    }

    /// The probe never left, or said nothing: another may go at once.
    mutating func withdraw() {
        probe = nil
    }
}
