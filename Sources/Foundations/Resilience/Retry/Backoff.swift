internal import Timekeeping

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
