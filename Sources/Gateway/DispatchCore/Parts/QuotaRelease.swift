import Queueing
import Resilience
import Timekeeping

/// What comes after a day on which messages had to wait for the next one's quota: no page says when exactly it starts anew, so one
/// message asks. When it was taken, the others follow, one a second at first and twice as many every five seconds: not all apps' queues at
/// one moment.
struct QuotaRelease: Equatable, Sendable {
    /// The pace doubles after each such time.
    static let step = Duration.seconds(5)
    /// So long after `from` nothing is left of what waited.
    static let longest = Duration.seconds(3600)

    /// When the wait is over, by the wall clock. Before that it says nothing.
    let from: Timestamp
    private var probe: JobID?
    private var probeUntil = Instant.zero
    /// When a call was taken again first.
    private var began: Instant?
    private var next = Instant.zero

    init(from: Timestamp) {
        self.from = from
    }

    func hasBegun(at wall: Timestamp) -> Bool { wall >= from && !isPast(at: wall) }

    func isPast(at wall: Timestamp) -> Bool { wall - from >= QuotaRelease.longest }

    /// Until when messages must wait at the latest; `nil` when one may go.
    func blocked(at now: Instant) -> Instant? {
        if began != nil { return now < next ? next : nil }
        return probe != nil && now < probeUntil ? probeUntil : nil
    }

    /// Whether what waits is held back because WeChat's answer is awaited, and not because of the pace.
    var awaitsAnswer: Bool { began == nil }

    mutating func left(_ id: JobID, at now: Instant) {
        guard let began else {
            probe = id
            probeUntil = now + Hold.longestProbe
            return
        }
        next = now + QuotaRelease.pause(now - began)
    }

    /// WeChat answered a call, a message's or a relayed one, and not that the quota is used up.
    mutating func accepted(at now: Instant) {
        guard began == nil else { return }
        began = now
        next = now + QuotaRelease.pause(.zero)
    }

    /// An attempt ended without being taken: where it was the one that asked, another may.
    mutating func ended(_ id: JobID) {
        if probe == id { probe = nil }
    }

    /// Whether messages may go as fast as the limiter has it.
    func isOver(_ limit: RateLimit, at now: Instant) -> Bool {
        guard let began else { return false }
        return QuotaRelease.pause(now - began) * limit.permits <= limit.per
    }

    /// How long after the first answer the message leaves that has `position` before it.
    static func time(for position: Int, limit: RateLimit) -> Duration {
        var (left, elapsed) = (max(0, position), Duration.zero)
        while elapsed < step * 30 {
            let pause = pause(elapsed)
            guard pause * limit.permits > limit.per else { break }
            let here = Int(step.inSeconds / pause.inSeconds)
            if left <= here { return elapsed + pause * left }
            (left, elapsed) = (left - here, elapsed + step)
        }
        return elapsed + limit.per / max(1, limit.permits) * left
    }

    private static func pause(_ elapsed: Duration) -> Duration {
        .nanoseconds(1_000_000_000 >> min(30, Int(elapsed.inSeconds / step.inSeconds)))
    }
}
