internal import Timekeeping

/// How often, and after how long, failed work is tried again.
///
/// First a few fast attempts with a backoff. After these durable work (a message, which nobody waits for) climbs a ladder of
/// fixed delays. Whether an attempt may be repeated at all is for the caller to know, not for the policy.
///
/// With `thereafter` or a ladder, and without `maxAge`, durable work is tried for ever: its owner must end it, for example
/// with `lifetime`.
public struct RetryPolicy: Equatable, Sendable {
    /// Attempts in quick succession, the first try included; at least 1.
    public var fastAttempts: Int
    /// The delays between the fast attempts.
    public var backoff: Backoff
    /// The delays after the fast attempts, for durable work only; empty for none.
    public var ladder: [Duration]
    /// The delay after each further attempt once the ladder has been climbed; `nil`: the ladder's last step repeats.
    public var thereafter: Duration?
    /// The share by which a step of the ladder is made longer or shorter at random; 0…1.
    public var ladderJitter: Double
    /// The time from the first attempt beyond which no retry begins; `nil` for no limit.
    public var maxAge: Duration?
    /// The default time after its acceptance at which work of this class expires; `nil` for none. The owner's to apply.
    public var lifetime: Duration?

    /// By default there are only the fast attempts, without a limit of time.
    public init(
        fastAttempts: Int,
        backoff: Backoff,
        ladder: [Duration] = [],
        thereafter: Duration? = nil,
        ladderJitter: Double = 0,
        maxAge: Duration? = nil,
        lifetime: Duration? = nil
    ) {
        self.fastAttempts = fastAttempts
        self.backoff = backoff
        self.ladder = ladder
        self.thereafter = thereafter
        self.ladderJitter = ladderJitter
        self.maxAge = maxAge
        self.lifetime = lifetime
    }

    /// Whether and when to try again after a failed attempt.
    ///
    /// - Parameters:
    ///   - n: the attempt that failed; the first is 1.
    ///   - age: the time from the first attempt until now.
    ///   - pushback: the wait that the other side asked for (`Retry-After`). It makes a delay longer, never shorter; where
    ///     somebody waits not beyond twice the delay of the backoff before jitter.
    ///   - durable: false for a call that somebody waits for: it has only the fast attempts.
    public func decision(
        afterAttempt n: Int,
        age: Duration,
        pushback: Duration? = nil,
        durable: Bool,
        using generator: inout some RandomNumberGenerator
    ) -> RetryDecision {
        let attempts = max(1, n)
        let fast = max(1, fastAttempts)
        let exhaustion = RetryExhaustion(attempts: attempts, age: age)
        let isFast = attempts < fast
        var delay: Duration
        if isFast {
            delay = backoff.delay(afterAttempt: attempts, using: &generator)
            let longest = backoff.longestDelay(afterAttempt: attempts)
            if let pushback { delay = max(delay, durable ? pushback : min(pushback, longest * 2)) }
        } else {
            guard durable, let step = step(attempts - fast) else { return .giveUp(exhaustion) }
            delay = max(spread(step, using: &generator), pushback ?? .zero)
        }
        if isBeyondMaxAge(age + delay) { return .giveUp(exhaustion) }
        return .retry(after: delay, fast: isFast)
    }

    /// Whether a retry may not begin any more at this age. Ask again where something else made its delay longer.
    public func isBeyondMaxAge(_ age: Duration) -> Bool {
        maxAge.map { age > $0 } ?? false
    }

    private func step(_ index: Int) -> Duration? {
        index < ladder.count ? ladder[index] : thereafter ?? ladder.last
    }

    private func spread(_ step: Duration, using generator: inout some RandomNumberGenerator) -> Duration {
        let nanoseconds = max(.zero, step).inNanoseconds
        let share = ladderJitter > 0 ? min(ladderJitter, 1) : 0
        let spread = Int64(Double(nanoseconds) * share * 0.999_999)
        guard spread > 0 else { return .nanoseconds(nanoseconds) }
        return .nanoseconds(nanoseconds) + .nanoseconds(Int64.random(in: -spread...spread, using: &generator))
    }
}

/// What becomes of work whose attempt failed.
public enum RetryDecision: Equatable, Sendable {
    /// Try again after this time. `fast` tells one of the first few attempts from a step of the ladder.
    case retry(after: Duration, fast: Bool)
    /// Nothing is left to try.
    case giveUp(RetryExhaustion)
}

/// What a failure says about trying again.
public enum RetryAdvice: Equatable, Sendable {
    /// It may help, not before `pushback` if the other side asked for a wait.
    case retry(pushback: Duration? = nil)
    /// It would not help, or is not safe.
    case stop
}

/// How much of a delay is left to chance, so that callers that failed together do not come back together. The names are
/// those of "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
public enum Jitter: String, CaseIterable, Sendable {
    /// Nothing: the delay as it is.
    case none
    /// Half of it: between half the delay and the whole.
    case equal
    /// All of it: between nothing and the whole delay.
    case full
}

/// Delays that grow from attempt to attempt: `base × factor^(n − 1)`, never more than `cap`.
public struct Backoff: Equatable, Sendable {
    /// The delay after the first attempt; nothing if negative.
    public var base: Duration
    /// What each further delay is multiplied by; at least 1.
    public var factor: Double
    /// The longest delay; below `base` it is the only one.
    public var cap: Duration
    /// How much is left to chance; it only ever shortens a delay.
    public var jitter: Jitter

    /// Keeps the values as they are; one out of its range counts as the nearest one within.
    public init(base: Duration, factor: Double, cap: Duration, jitter: Jitter) {
        self.base = base
        self.factor = factor
        self.cap = cap
        self.jitter = jitter
    }

    /// The delay between attempt `n` and the next; the first attempt is 1.
    public func delay(afterAttempt n: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let longest = longestDelay(afterAttempt: n)
        let nanoseconds = longest.inNanoseconds
        switch jitter {
        case .none: return longest
        case .equal:
            return .nanoseconds(nanoseconds - Int64.random(in: 0...(nanoseconds / 2), using: &generator))
        case .full: return .nanoseconds(Int64.random(in: 0...nanoseconds, using: &generator))
        }
    }

    /// The delay after attempt `n` before chance shortens it.
    public func longestDelay(afterAttempt n: Int) -> Duration {
        let limit = max(.zero, cap)
        guard base > .zero, limit > base else { return max(.zero, min(base, limit)) }
        let grown = Double(base.inNanoseconds) * power(max(1, factor), max(1, n) - 1)
        return grown < Double(limit.inNanoseconds) ? .nanoseconds(Int64(grown)) : limit
    }

    /// By squaring, as ring 0 knows no `pow` and an attempt number can be any.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
