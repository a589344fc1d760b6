import Resilience
import TestSupport
import Testing

/// Closed, and how it opens.
struct CircuitBreakerMachineTests {
    struct Traffic: Sendable, CustomTestStringConvertible {
        var successes = 0
        var failures = 0
        var slow = 0
        var ignored = 0
        var policy = CircuitBreakerPolicy.plain
        var reason: BreakerReason?

        var testDescription: String { "\(successes)/\(failures)/\(slow)/\(ignored) → \(reason?.rawValue ?? "closed")" }
    }

    @Test(arguments: [
        Traffic(successes: 10, failures: 9),
        Traffic(successes: 11, failures: 9),
        Traffic(successes: 10, failures: 10, reason: .failureRate),
        Traffic(failures: 19),
        Traffic(failures: 20, reason: .failureRate),
        Traffic(successes: 8, slow: 11),
        Traffic(successes: 9, slow: 11),
        Traffic(successes: 8, slow: 12, reason: .slowCallRate),
        Traffic(failures: 19, ignored: 100),
        Traffic(failures: 5, slow: 8, policy: CircuitBreakerPolicy(minimumCalls: 10, jitter: 0), reason: .slowCallRate),
        Traffic(
            successes: 93,
            failures: 7,
            policy: CircuitBreakerPolicy(minimumCalls: 100, failureRate: 0.07),
            reason: .failureRate
        ),
        Traffic(successes: 94, failures: 6, policy: CircuitBreakerPolicy(minimumCalls: 100, failureRate: 0.07)),
        Traffic(failures: 500, policy: CircuitBreakerPolicy(failureRate: 1.5)),
        Traffic(failures: 20, policy: CircuitBreakerPolicy(failureRate: 1), reason: .failureRate),
        Traffic(successes: 500, policy: CircuitBreakerPolicy(failureRate: 0, slowCallRate: 0)),
        Traffic(successes: 19, failures: 1, policy: CircuitBreakerPolicy(failureRate: 0), reason: .failureRate),
        Traffic(failures: 1, policy: CircuitBreakerPolicy(minimumCalls: -3), reason: .failureRate),
    ])
    func `it opens by shares of the window and only with enough calls`(traffic: Traffic) {
        var machine = CircuitBreakerMachine(traffic.policy, at: .zero)
        var reason: BreakerReason?
        for _ in 0..<traffic.ignored { machine.call(.ignored, took: .seconds(99), at: .zero) }
        for _ in 0..<traffic.successes { machine.call(.success, at: .zero) }
        for _ in 0..<traffic.slow { reason = machine.call(.success, took: .seconds(5), at: .zero)?.reason ?? reason }
        for _ in 0..<traffic.failures { reason = machine.call(.failure, at: .zero)?.reason ?? reason }
        #expect(reason == traffic.reason)
        #expect(machine.state == (traffic.reason == nil ? .closed : .open))
    }

    @Test func `the transition tells what happened`() {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        for _ in 1...10 { machine.call(.success, at: .zero) }
        for _ in 1...9 { #expect(machine.call(.failure, took: .seconds(6), at: after(.seconds(5))) == nil) }
        #expect(machine.counts(at: after(.seconds(5))) == BreakerCounts(calls: 19, failures: 9, slow: 9))
        #expect(
            machine.call(.failure, at: after(.seconds(5)))
                == BreakerTransition(
                    from: .closed,
                    to: .open,
                    reason: .failureRate,
                    at: after(.seconds(5)),
                    counts: BreakerCounts(calls: 20, failures: 10, slow: 9),
                    openFor: .seconds(10),
                    sequence: 1
                )
        )
        #expect(machine.counts(at: after(.seconds(5))) == .zero)
    }

    @Test func `old calls are forgotten`() {
        var machine = CircuitBreakerMachine(CircuitBreakerPolicy(consecutiveFailures: 0, jitter: 0), at: .zero)
        for _ in 1...19 { machine.call(.failure, at: .zero) }
        #expect(machine.counts(at: after(.seconds(29))).failures == 19)
        #expect(machine.counts(at: after(.seconds(30))) == .zero)
        #expect(machine.call(.failure, at: after(.seconds(30))) == nil)
        #expect(machine.counts(at: after(.seconds(30))).calls == 1)
    }

    @Test func `a call just below the slow limit is not slow`() {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        for _ in 1...100 { machine.call(.success, took: .seconds(5) - .nanoseconds(1), at: .zero) }
        #expect(machine.counts(at: .zero) == BreakerCounts(calls: 100))
    }

    @Test func `an open breaker refuses with the time that is left`() {
        var machine = CircuitBreakerMachine.opened()
        #expect(machine.permit(at: .zero) == .refused(retryAfter: .seconds(10)))
        #expect(machine.retryAfter(at: after(.seconds(4))) == .seconds(6))
        #expect(
            machine.permit(at: after(.seconds(10)) - .nanoseconds(1)) == .refused(retryAfter: .nanoseconds(1))
        )
        #expect(machine.retryAfter(at: after(.seconds(10))) == nil)
        #expect(machine.state == .open)
    }

    @Test func `the first call after the open time is a probe and says so`() throws {
        var machine = CircuitBreakerMachine.opened()
        let probe = try machine.admit(at: after(.seconds(10)))
        #expect(probe.isProbe && machine.state == .halfOpen)
        #expect(
            probe.transition
                == BreakerTransition(
                    from: .open,
                    to: .halfOpen,
                    reason: .openTimeOver,
                    at: after(.seconds(10)),
                    sequence: 2
                )
        )
        let second = try machine.admit(at: after(.seconds(10)))
        #expect(second.isProbe && second.transition == nil)
        #expect(machine.transitions == 2)
    }

    @Test func `results of calls begun before it opened do not count`() throws {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        let late = try (0..<5).map { _ in try machine.admit(at: .zero) }
        for _ in 1...20 { machine.call(.failure, at: .zero) }
        let open = machine
        #expect(machine.report(.success, for: late[0], at: after(.seconds(1))) == nil)
        #expect(machine == open)
        let probe = try machine.admit(at: after(.seconds(10)))
        let halfOpen = machine
        #expect(machine.report(.failure, for: late[1], at: after(.seconds(11))) == nil)
        #expect(machine.report(.success, for: late[2], at: after(.seconds(11))) == nil)
        machine.release(late[3], at: after(.seconds(11)))
        #expect(machine == halfOpen)
        #expect(machine.report(.failure, for: probe, at: after(.seconds(11)))?.to == .open)
        #expect(machine.report(.success, for: late[4], at: after(.seconds(11))) == nil)
    }

    @Test func `time that was not spent closed is added up`() throws {
        var machine = CircuitBreakerMachine.opened()
        #expect(machine.openDuration(at: after(.seconds(3))) == .seconds(3))
        for _ in 1...3 { machine.call(.success, at: after(.seconds(12))) }
        #expect(machine.state == .closed)
        #expect(machine.openDuration(at: after(.seconds(100))) == .seconds(12))
        for _ in 1...20 { machine.call(.failure, at: after(.seconds(100))) }
        #expect(machine.openDuration(at: after(.seconds(105))) == .seconds(17))
        #expect(machine.openDuration(at: after(.seconds(99))) == .seconds(12))
    }
}
