import Resilience
import TestSupport
import Testing

/// Forcing and reloading.
struct BreakerOperationTests {
    private let start = after(.seconds(10))

    @Test func `forced open it refuses everything until told otherwise`() throws {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        let permit = try machine.admit(at: .zero)
        let transition = machine.force(.open, at: .zero)
        #expect(transition?.to == .open && transition?.reason == .forced && transition?.openFor == nil)
        #expect(machine.force(.open, at: .zero) == nil)
        #expect(machine.permit(at: after(.seconds(1_000_000))) == .refused(retryAfter: .seconds(10)))
        #expect(machine.report(.failure, for: permit, at: start) == nil)
        #expect(machine.force(.auto, at: start) == nil)
        #expect(machine.state == .open && machine.retryAfter(at: start) == nil)
        #expect(machine.grant(at: start)?.isProbe == true)
    }

    @Test func `forced closed it lets everything through and counts`() {
        var machine = CircuitBreakerMachine.opened()
        let transition = machine.force(.close, at: .zero)
        #expect(transition?.to == .closed && transition?.reason == .forced)
        for _ in 1...100 { #expect(machine.call(.failure, at: .zero) == nil) }
        #expect(machine.state == .closed && machine.counts(at: .zero).failures == 100)
        #expect(machine.force(.auto, at: .zero) == nil)
        #expect(machine.call(.failure, at: .zero) == nil)
        #expect(machine.counts(at: .zero) == BreakerCounts(calls: 1, failures: 1))
    }

    @Test(arguments: [BreakerState.closed, .open, .halfOpen], [BreakerMode.open, .close])
    func `it can be forced from every state`(state: BreakerState, mode: BreakerMode) throws {
        var machine =
            switch state {
            case .closed: CircuitBreakerMachine(.plain, at: .zero)
            case .open: CircuitBreakerMachine.opened()
            case .halfOpen: CircuitBreakerMachine.halfOpened()
            }
        #expect(machine.state == state)
        let earlier = machine.grant(at: after(.seconds(5)))
        let transition = machine.force(mode, at: start)
        let goal = mode == .open ? BreakerState.open : .closed
        #expect(machine.state == goal && machine.mode == mode)
        #expect((transition == nil) == (state == goal))
        if let earlier {
            let before = machine
            #expect(machine.report(.failure, for: earlier, at: start) == nil)
            #expect(machine == before)
        }
    }

    @Test func `auto on a breaker that was never forced changes nothing`() {
        var machine = CircuitBreakerMachine.opened()
        let before = machine
        #expect(machine.force(.auto, at: after(.seconds(5))) == nil)
        #expect(machine == before)
    }

    @Test func `a reload keeps the state and the counts`() {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        for _ in 1...9 { machine.call(.failure, at: .zero) }
        machine.update(CircuitBreakerPolicy(minimumCalls: 10, jitter: 0), at: .zero)
        #expect(machine.call(.failure, at: .zero)?.to == .open)
    }

    @Test func `another window begins empty`() {
        var machine = CircuitBreakerMachine(.plain, at: .zero)
        for _ in 1...19 { machine.call(.failure, at: .zero) }
        machine.update(CircuitBreakerPolicy(window: .seconds(60), jitter: 0), at: .zero)
        #expect(machine.counts(at: .zero) == .zero)
    }

    @Test func `a shorter longest open time shortens what is left`() {
        var machine = CircuitBreakerMachine.opened()
        machine.update(CircuitBreakerPolicy(open: .seconds(1), openMax: .seconds(2)), at: after(.seconds(1)))
        #expect(machine.retryAfter(at: after(.seconds(1))) == .seconds(2))
        _ = machine.force(.open, at: after(.seconds(1)))
        machine.update(.plain, at: after(.seconds(1)))
        #expect(machine.grant(at: after(.seconds(100_000))) == nil)
    }

    @Test func `fewer probes cannot wedge a half-open breaker`() throws {
        var machine = CircuitBreakerMachine.halfOpened()
        machine.call(.success, at: start)
        machine.call(.success, at: start)
        machine.update(CircuitBreakerPolicy(probes: 1, jitter: 0), at: start)
        #expect(machine.state == .halfOpen)
        #expect(machine.call(.success, at: start)?.to == .closed)
    }

    @Test func `more probes wanted than before are waited for`() {
        var machine = CircuitBreakerMachine.halfOpened()
        machine.update(CircuitBreakerPolicy(probes: 5, jitter: 0), at: start)
        for _ in 1...4 { #expect(machine.call(.success, at: start) == nil) }
        #expect(machine.call(.success, at: start)?.to == .closed)
    }

    @Test func `a breaker of an earlier process goes on half-open, and opens for longer the next time`() {
        var breaker = CircuitBreakerMachine(CircuitBreakerPolicy(open: .seconds(10), jitter: 0), at: .zero)
        breaker.reopen(after: 2, at: .zero)
        #expect(breaker.state == .halfOpen)
        #expect(breaker.openDuration(at: after(.seconds(3))) == .seconds(3))
        var generator = SeededGenerator(seed: 1)
        guard case .granted(let permit) = breaker.permit(at: .zero) else { Issue.record("refused"); return }
        #expect(permit.isProbe)
        let moved = breaker.record(.failure, took: .zero, for: permit, at: .zero, using: &generator)
        #expect(moved?.openFor == .seconds(40))
        // Only a new machine has an earlier process behind it.
        breaker.reopen(after: 1, at: .zero)
        #expect(breaker.state == .open)
    }
}
