public import Timekeeping

/// A token bucket in exact integers: never more than `burst + rate × t` permits in any interval `t`, and waits that are
/// exact to the nanosecond.
///
/// It is a value that reads no clock. The level is brought up to date by each input from the time that has passed; a `now`
/// that lies before an earlier one refills nothing. It is counted in parts of a permit, as many to a permit as make both the
/// cost of a permit and the refill of a nanosecond whole numbers, so that nothing is ever rounded.
public struct TokenBucket: Equatable, Sendable {
    /// The limit in force.
    public private(set) var limit: RateLimit
    /// All permits granted so far. Read right after a take it is the mark that ``giveBack(_:mark:at:)`` asks for.
    public private(set) var granted: UInt64 = 0

    private var scale: Scale
    private var level: UInt128
    private var refilledAt: Instant

    /// A full bucket.
    public init(_ limit: RateLimit, at now: Instant) {
        self.limit = limit
        scale = Scale(limit)
        level = scale.capacity
        refilledAt = now
    }

    /// Takes all of `permits` or none. None or fewer are always granted.
    public mutating func take(_ permits: Int = 1, at now: Instant) -> Decision {
        guard permits > 0 else { return .granted }
        let price = scale.price(permits)
        guard price <= scale.capacity else { return .never }
        refill(at: now)
        guard level >= price else { return .wait(time(toReach: price, at: now)) }
        level -= price
        granted &+= UInt64(permits)
        return .granted
    }

    /// The time until a take of `permits` would be granted, `.zero` if it would be granted now.
    ///
    /// For more than the burst it is the time in which that many are refilled, though they are never granted at once: what a
    /// whole line of waiting callers has to expect.
    public func wait(for permits: Int = 1, at now: Instant) -> Duration {
        var bucket = self
        bucket.refill(at: now)
        let price = scale.price(permits)
        return bucket.level >= price ? .zero : bucket.time(toReach: price, at: now)
    }

    /// Puts back permits that were taken but not used; never above the burst.
    ///
    /// - Parameter mark: the value of ``granted`` right after the take (or an earlier one, which errs on the safe side).
    ///   With it the bound on every interval holds however late the permits come back: what others have taken since, and
    ///   what has been refilled, may make some of them worthless. Without it they must come back before anything else is
    ///   taken.
    public mutating func giveBack(_ permits: Int = 1, mark: UInt64? = nil, at now: Instant) {
        guard permits > 0 else { return }
        refill(at: now)
        // A bucket that was full right after the take would hold at least this much now. The level that the take's absence
        // would have led to is no higher than that bucket's, and no higher than the present level and the permits.
        let takenSince = granted &- (mark ?? granted)
        let since = UInt128(takenSince).multipliedReportingOverflow(by: UInt128(scale.cost))
        let ceiling = since.overflow || since.partialValue >= scale.capacity ? 0 : scale.capacity - since.partialValue
        level = max(level, min(level + scale.price(permits), ceiling))
    }

    /// Empties the bucket: the upstream says that it was too much.
    public mutating func drain(at now: Instant) {
        refill(at: now)
        level = 0
    }

    /// Changes the limit. What is spent stays spent (a reload is no gift), but never more than the new burst.
    public mutating func update(_ limit: RateLimit, at now: Instant) {
        refill(at: now)
        let spent = (scale.capacity - level).quotientAndRemainder(dividingBy: UInt128(scale.cost))
        let next = Scale(limit)
        let part = (spent.remainder * UInt128(next.cost) + UInt128(scale.cost - 1)) / UInt128(scale.cost)
        let spentParts = spent.quotient * UInt128(next.cost) + part
        self.limit = limit
        scale = next
        level = spentParts >= next.capacity ? 0 : next.capacity - spentParts
    }

    /// Whole permits that could be taken now.
    public func available(at now: Instant) -> Int {
        var bucket = self
        bucket.refill(at: now)
        return Int(bucket.level / UInt128(scale.cost))
    }

    private mutating func refill(at now: Instant) {
        guard now > refilledAt else { return }
        let elapsed = UInt64(bitPattern: now.nanoseconds &- refilledAt.nanoseconds)
        level = min(scale.capacity, level + UInt128(elapsed) * UInt128(scale.refill))
        refilledAt = now
    }

    /// Only for a price above the level, after a refill.
    private func time(toReach price: UInt128, at now: Instant) -> Duration {
        let refill = UInt128(scale.refill)
        let nanoseconds = (price - level + refill - 1) / refill
        let behind = refilledAt > now ? refilledAt - now : .zero
        return .nanoseconds(Int64(clamping: nanoseconds)) + behind
    }
}

extension TokenBucket {
    /// The limit in whole parts of a permit. No product of two of these exceeds 126 bits.
    private struct Scale: Equatable, Sendable {
        /// Parts that a permit costs.
        let cost: UInt64
        /// Parts refilled in a nanosecond.
        let refill: UInt64
        /// Parts in a full bucket.
        let capacity: UInt128

        init(_ limit: RateLimit) {
            let permits = UInt64(max(1, limit.permits))
            let nanoseconds = UInt64(max(1, limit.per.inNanoseconds))
            let divisor = Scale.greatestCommonDivisor(permits, nanoseconds)
            cost = nanoseconds / divisor
            refill = permits / divisor
            capacity = UInt128(cost) * UInt128(max(1, limit.burst))
        }

        func price(_ permits: Int) -> UInt128 {
            UInt128(cost) * UInt128(max(0, permits))
        }

        private static func greatestCommonDivisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
            var (left, right) = (left, right)
            while right != 0 { (left, right) = (right, left % right) }
            return left
        }
    }
}

/// What a limiter or a budget says to a request for permits.
public enum Decision: Equatable, Sendable {
    /// The permits are taken.
    case granted
    /// Nothing was taken; after exactly this time (always more than zero) the same request would be granted, if nobody
    /// else takes anything in the meantime.
    case wait(Duration)
    /// Nothing was taken and no wait will help: more permits than the burst were asked for.
    case never
}

/// How much may pass: `permits` in each `per`, and up to `burst` at once after a quiet time.
///
/// A ``TokenBucket`` under this limit never lets more than `burst + permits × t ÷ per` through in any interval `t`.
/// Values below 1 (and a `per` below one nanosecond) count as 1: a limit that lets nothing through is a pause, and
/// belongs elsewhere.
public struct RateLimit: Equatable, Sendable {
    /// Permits that are refilled in each `per`; at least 1.
    public var permits: Int
    /// The time in which `permits` are refilled, evenly and not all at its end.
    public var per: Duration
    /// The most permits that can be saved up, and so the most that can be taken at once; at least 1.
    public var burst: Int

    /// Keeps the values as they are; one below 1 counts as 1 when the limit is used.
    public init(permits: Int, per: Duration, burst: Int) {
        self.permits = permits
        self.per = per
        self.burst = burst
    }
}
