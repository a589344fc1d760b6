public import Timekeeping

/// A budget that keeps retries from multiplying an outage: a share of the calls of the last ten seconds, and a floor.
///
/// In any interval `t` at most `ratio × calls in (t + 10 s) + floor.burst + floor rate × t` retries are granted. A retry is
/// charged when it is *scheduled*, not when it is sent, so that those which wait in their backoff can't all come at once.
/// The scheme is Finagle's (`RetryBudget`: 20 %, a floor of 10/s, credits that expire after 10 s).
///
/// A value that reads no clock. Credits are counted in thousandths of a retry.
public struct RetryBudget: Equatable, Sendable {
    /// The policy in force.
    public private(set) var policy: RetryBudgetPolicy

    private var credits: SliceRing<Credits>
    private var floor: TokenBucket
    private var earnings: Int

    /// A budget without credits and with a full floor.
    public init(_ policy: RetryBudgetPolicy, at now: Instant) {
        self.policy = policy
        earnings = RetryBudget.earnings(policy)
        credits = SliceRing(span: .seconds(10), at: now)
        floor = TokenBucket(policy.floor, at: now)
    }

    /// Counts a call (a first attempt, not a retry), which earns its share of a retry.
    public mutating func recordCall(at now: Instant) {
        credits.add(Credits(thousandths: earnings), at: now)
    }

    /// Pays for a retry that is about to be scheduled: with the oldest credits, else from the floor.
    ///
    /// - Returns: `granted`, or the wait until the floor would pay; never `never`.
    public mutating func charge(at now: Instant) -> Decision {
        credits.advance(to: now)
        if credits.total.thousandths >= 1000 {
            spend(1000)
        } else {
            let decision = floor.take(at: now)
            guard decision == .granted else { return decision }
        }
        credits.add(Credits(charges: 1), at: now)
        return .granted
    }

    /// Takes back a charge whose retry is not made after all; it counts as earned now. A charge older than ten seconds is gone
    /// for good.
    public mutating func refund(at now: Instant) {
        credits.advance(to: now)
        guard credits.total.charges > 0 else { return }
        credits.updateOldestFirst { slice in
            guard slice.charges > 0 else { return true }
            slice.charges -= 1
            return false
        }
        credits.add(Credits(thousandths: 1000), at: now)
    }

    /// Changes the policy; credits stay, the floor keeps what is spent.
    public mutating func update(_ policy: RetryBudgetPolicy, at now: Instant) {
        self.policy = policy
        earnings = RetryBudget.earnings(policy)
        floor.update(policy.floor, at: now)
    }

    /// Retries that could be scheduled now.
    public func balance(at now: Instant) -> Double {
        var credits = credits
        credits.advance(to: now)
        return Double(credits.total.thousandths) / 1000 + Double(floor.available(at: now))
    }

    private mutating func spend(_ thousandths: Int) {
        var rest = thousandths
        credits.updateOldestFirst { slice in
            let part = min(rest, slice.thousandths)
            slice.thousandths -= part
            rest -= part
            return rest > 0
        }
    }

    private static func earnings(_ policy: RetryBudgetPolicy) -> Int {
        policy.ratio > 0 ? Int((min(policy.ratio, 1) * 1000).rounded()) : 0
    }
}

extension RetryBudget {
    /// What a slice of time has left.
    private struct Credits: AdditiveArithmetic {
        static let zero = Credits()

        var thousandths = 0
        /// Retries paid for in this slice that were not refunded.
        var charges = 0

        static func + (left: Credits, right: Credits) -> Credits {
            Credits(thousandths: left.thousandths + right.thousandths, charges: left.charges + right.charges)
        }

        static func - (left: Credits, right: Credits) -> Credits {
            Credits(thousandths: left.thousandths - right.thousandths, charges: left.charges - right.charges)
        }
    }
}

/// How many retries are allowed for the calls that are made.
public struct RetryBudgetPolicy: Equatable, Sendable {
    /// Retries earned by each call, spent within ten seconds or lost; 0…1, to a thousandth.
    public var ratio: Double
    /// Retries that are allowed in any case, so that little traffic can be retried too.
    public var floor: RateLimit

    /// By default Finagle's values: retries for 20 % of the calls, and 10 a second in any case.
    public init(ratio: Double = 0.2, floor: RateLimit = RateLimit(permits: 10, per: .seconds(1), burst: 10)) {
        self.ratio = ratio
        self.floor = floor
    }
}
