import Resilience
import Timekeeping

/// How far an api's limiter is lowered because WeChat has said "too fast" (45011): by half each time, and up again by an eighth of the
/// configured limit a minute. So the rate settles below what WeChat takes, which no page tells, and not at one refusal a minute.
///
/// Additive increase and multiplicative decrease, as TCP has them (Chiu and Jain, 1989).
struct Slowdown: Equatable, Sendable {
    /// WeChat counts by the minute.
    static let step = Duration.seconds(60)
    /// Parts of the whole limit.
    private static let whole = 16
    private static let regained = 2

    /// The configured limit.
    let full: RateLimit
    private var parts: Int
    /// When there is more of it again.
    private(set) var growsAt: Instant

    /// WeChat has refused once more.
    ///
    /// - Parameter earlier: what was lowered before, of the same limit.
    init(of full: RateLimit, after earlier: Slowdown?, at now: Instant) {
        self.full = full
        parts = max(1, (earlier?.parts(at: now) ?? Slowdown.whole) / 2)
        growsAt = now + Slowdown.step
    }

    /// The same, of another limit: a reload does not change what WeChat has said.
    init(_ present: Slowdown, of full: RateLimit) {
        self.full = full
        (parts, growsAt) = (present.parts, present.growsAt)
    }

    private func steps(at now: Instant) -> Int {
        now < growsAt ? 0 : Int((now - growsAt).inNanoseconds / Slowdown.step.inNanoseconds) + 1
    }

    private func parts(at now: Instant) -> Int {
        min(Slowdown.whole, parts + Slowdown.regained * min(steps(at: now), Slowdown.whole))
    }

    /// Whether all is as configured again.
    func isOver(at now: Instant) -> Bool { parts(at: now) == Slowdown.whole }

    /// What is left of the configured limit: above 0 and at most 1.
    func share(at now: Instant) -> Double { Double(parts(at: now)) / Double(Slowdown.whole) }

    /// The limit in force.
    func limit(at now: Instant) -> RateLimit {
        let parts = parts(at: now)
        let (permits, isTooMany) = full.permits.multipliedReportingOverflow(by: parts)
        guard parts < Slowdown.whole, !isTooMany else { return full }
        // With the same burst nobody is given permits when the rate grows again: what is spent stays spent.
        return RateLimit(permits: permits, per: full.per * Slowdown.whole, burst: full.burst)
    }

    /// Takes over what has been regained.
    mutating func grow(at now: Instant) {
        let steps = steps(at: now)
        parts = parts(at: now)
        growsAt = growsAt + Slowdown.step * steps
    }
}
