import Resilience
import TestSupport

/// A breaker refused where the test needs a permit.
struct Refused: Error {}

extension CircuitBreakerMachine {
    /// The permit, if there is one.
    mutating func grant(at now: Instant) -> BreakerPermit? {
        if case .granted(let permit) = permit(at: now) { permit } else { nil }
    }

    /// A permit that must be granted for the test to make sense.
    mutating func admit(at now: Instant) throws(Refused) -> BreakerPermit {
        guard let permit = grant(at: now) else { throw Refused() }
        return permit
    }

    /// Asks and reports at once; `nil` too if the call was refused.
    @discardableResult
    mutating func call(
        _ result: CallResult,
        took: Duration = .zero,
        at now: Instant
    ) -> BreakerTransition? {
        guard let permit = grant(at: now) else { return nil }
        return report(result, took: took, for: permit, at: now)
    }

    @discardableResult
    mutating func report(
        _ result: CallResult,
        took: Duration = .zero,
        slowAfter: Duration? = nil,
        toleratesSlow: Bool = false,
        wasOverdue: Bool = false,
        for permit: BreakerPermit,
        at now: Instant,
        seed: UInt64 = 1
    ) -> BreakerTransition? {
        var generator = SeededGenerator(seed: seed)
        return record(
            result,
            took: took,
            slowAfter: slowAfter,
            toleratesSlow: toleratesSlow,
            wasOverdue: wasOverdue,
            for: permit,
            at: now,
            using: &generator
        )
    }

    @discardableResult
    mutating func overdue(
        _ permit: BreakerPermit,
        toleratesSlow: Bool = false,
        at now: Instant
    ) -> BreakerTransition? {
        var generator = SeededGenerator(seed: 1)
        return overdue(permit, toleratesSlow: toleratesSlow, at: now, using: &generator)
    }

    /// A machine without jitter that has just opened, for 10 s, at the origin.
    static func opened(_ policy: CircuitBreakerPolicy = .plain) -> CircuitBreakerMachine {
        var machine = CircuitBreakerMachine(policy, at: .zero)
        while machine.state == .closed { machine.call(.failure, at: .zero) }
        return machine
    }

    /// One whose first probe is about to be let through, at 10 s.
    static func halfOpened(_ policy: CircuitBreakerPolicy = .plain) -> CircuitBreakerMachine {
        var machine = opened(policy)
        if let probe = machine.grant(at: after(policy.open)) { machine.release(probe, at: after(policy.open)) }
        return machine
    }
}

extension CircuitBreakerPolicy {
    /// The defaults without chance.
    static let plain = CircuitBreakerPolicy(jitter: 0)
}
