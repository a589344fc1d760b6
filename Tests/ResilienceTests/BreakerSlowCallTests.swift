import Resilience
import Synchronization
import TestSupport
import Testing

/// What slow calls, tolerated ones and those that still hang say.
struct BreakerSlowCallTests {
    private let start = after(.seconds(10))

    private func halfOpened() throws -> (CircuitBreakerMachine, [BreakerPermit]) {
        var machine = CircuitBreakerMachine.halfOpened()
        let probes = try (0..<3).map { _ in try machine.admit(at: start) }
        return (machine, probes)
    }

    @Test func `an answer within a caller's usual deadline of five seconds is not slow by default`() {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        for _ in 1...200 { machine.call(.success, took: .seconds(5) - .nanoseconds(1), at: .zero) }
        #expect(machine.state == .closed && machine.counts(at: .zero).slow == 0)
        for _ in 1...300 { machine.call(.success, took: .seconds(5), at: .zero) }
        #expect(machine.state == .open)
    }

    @Test(arguments: [(nil, 0), (.seconds(60), 0), (.milliseconds(500), 30)] as [(Duration?, Int)])
    func `a call may have a slow time of its own`(_ slowAfter: Duration?, _ slow: Int) throws {
        var machine = CircuitBreakerMachine(CircuitBreakerPolicy(slowCallRate: 2, jitter: 0), at: .zero)
        for _ in 1...30 {
            let permit = try machine.admit(at: .zero)
            machine.report(.success, took: .seconds(3), slowAfter: slowAfter, for: permit, at: .zero)
        }
        #expect(machine.counts(at: .zero) == BreakerCounts(calls: 30, slow: slow))
    }

    @Test func `where slow successes are tolerated, only failures open it`() throws {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        for _ in 1...100 {
            let permit = try machine.admit(at: .zero)
            machine.report(.success, took: .seconds(55), toleratesSlow: true, for: permit, at: .zero)
        }
        #expect(machine.counts(at: .zero) == BreakerCounts(calls: 100))
        for _ in 1...100 where machine.state == .closed {
            let permit = try machine.admit(at: .zero)
            machine.report(.failure, took: .seconds(55), toleratesSlow: true, for: permit, at: .zero)
        }
        #expect(machine.state == .open)
    }

    @Test func `a slow success that is tolerated is a good probe`() throws {
        var (machine, probes) = try halfOpened()
        for probe in probes {
            machine.report(.success, took: .seconds(55), toleratesSlow: true, for: probe, at: start + .seconds(55))
        }
        #expect(machine.state == .closed)
    }

    @Test func `calls that hang open it before any of them has ended`() throws {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        let hanging = try (0..<20).map { _ in try machine.admit(at: .zero) }
        let due = after(.seconds(5))
        for permit in hanging.dropLast() { #expect(machine.overdue(permit, at: due) == nil) }
        let transition = machine.overdue(hanging[19], at: due)
        #expect(transition?.reason == .slowCallRate && transition?.counts == BreakerCounts(calls: 20, slow: 20))
        let open = machine
        for permit in hanging {
            #expect(machine.report(.failure, took: .seconds(60), wasOverdue: true, for: permit, at: due) == nil)
        }
        #expect(machine == open)
    }

    @Test(arguments: [
        (CallResult.success, false, BreakerCounts(calls: 1, slow: 1)), (.success, true, BreakerCounts(calls: 1)),
        (.failure, false, BreakerCounts(calls: 1, failures: 1, slow: 1)),
        (.failure, true, BreakerCounts(calls: 1, failures: 1, slow: 1)),
        (.ignored, false, BreakerCounts(calls: 1, slow: 1)),
        (.ignored, true, BreakerCounts(calls: 1, slow: 1)),
    ])
    func `a call that hung counts once, whatever its end`(
        _ result: CallResult,
        _ toleratesSlow: Bool,
        _ counts: BreakerCounts
    ) throws {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        let permit = try machine.admit(at: .zero)
        machine.overdue(permit, at: after(.seconds(5)))
        #expect(machine.counts(at: after(.seconds(5))) == BreakerCounts(calls: 1, slow: 1))
        let end = after(.seconds(8))
        machine.report(
            result,
            took: .seconds(8),
            toleratesSlow: toleratesSlow,
            wasOverdue: true,
            for: permit,
            at: end
        )
        #expect(machine.counts(at: end) == counts)
    }

    @Test func `a failure whose hanging was forgotten meanwhile counts as one call`() throws {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        let permit = try machine.admit(at: .zero)
        machine.overdue(permit, at: after(.seconds(5)))
        let end = after(.seconds(60))
        #expect(machine.counts(at: end) == .zero)
        machine.report(.failure, took: .seconds(60), wasOverdue: true, for: permit, at: end)
        #expect(machine.counts(at: end) == BreakerCounts(calls: 1, failures: 1, slow: 1))
    }

    @Test func `no mixture of hanging calls makes a count negative or more failures than calls`() {
        var generator = SeededGenerator(seed: 11)
        var machine = CircuitBreakerMachine(CircuitBreakerPolicy(failureRate: 2, slowCallRate: 2, jitter: 0), at: .zero)
        var hanging: [BreakerPermit] = []
        for second in 0..<3000 {
            let now = after(.seconds(second))
            if let permit = machine.grant(at: now) {
                machine.overdue(permit, at: now)
                hanging.append(permit)
            }
            machine.call(.failure, took: .seconds(Int.random(in: 0...9, using: &generator)), at: now)
            while hanging.count > 5, let permit = hanging.popLast() {
                let result = CallResult.allCases.randomElement(using: &generator) ?? .success
                machine.report(result, took: .seconds(9), toleratesSlow: true, wasOverdue: true, for: permit, at: now)
            }
            let counts = machine.counts(at: now)
            #expect(counts.slow >= 0 && counts.failures >= 0 && counts.calls >= max(counts.slow, counts.failures))
        }
    }

    @Test func `a probe that hangs has failed`() throws {
        var (machine, probes) = try halfOpened()
        let transition = machine.overdue(probes[0], at: start + .seconds(5))
        #expect(transition?.to == .open && transition?.reason == .probeFailed && transition?.openFor == .seconds(20))
        let open = machine
        #expect(machine.overdue(probes[0], at: start + .seconds(6)) == nil)
        #expect(
            machine.report(.failure, took: .seconds(9), wasOverdue: true, for: probes[0], at: start + .seconds(9))
                == nil
        )
        #expect(machine == open)
    }

    @Test(arguments: [(0.6, true), (2, false)])
    func `a probe that hangs goes on where slowness is tolerated`(_ rate: Double, _ toleratesSlow: Bool) throws {
        var machine = CircuitBreakerMachine.halfOpened(CircuitBreakerPolicy(slowCallRate: rate, probes: 1, jitter: 0))
        let probe = try machine.admit(at: start)
        #expect(machine.overdue(probe, toleratesSlow: toleratesSlow, at: start + .seconds(5)) == nil)
        #expect(machine.state == .halfOpen && machine.probesInFlight == 1)
        let end = machine.report(
            .success,
            took: .seconds(9),
            toleratesSlow: toleratesSlow,
            wasOverdue: true,
            for: probe,
            at: start + .seconds(9)
        )
        #expect(end?.to == .closed)
    }

    @Test func `a breaker that is forced closed counts what hangs and stays closed`() throws {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        _ = machine.force(.close, at: .zero)
        for _ in 1...50 {
            let permit = try machine.admit(at: .zero)
            #expect(machine.overdue(permit, at: .zero) == nil)
        }
        #expect(machine.state == .closed && machine.counts(at: .zero).slow == 50)
    }

    @Test func `the driver tells its listener that hanging calls opened it`() throws {
        let time = ManualTimeSource()
        let heard = Mutex<[BreakerReason]>([])
        let breaker = CircuitBreaker(CircuitBreakerPolicy(minimumCalls: 1), time: time) { transition in
            heard.withLock { $0.append(transition.reason) }
        }
        guard case .granted(let permit) = breaker.permit() else { throw Refused() }
        breaker.overdue(permit)
        breaker.record(.failure, wasOverdue: true, for: permit)
        #expect(heard.withLock { $0 } == [.slowCallRate])
        #expect(breaker.current == .open)
    }
}
