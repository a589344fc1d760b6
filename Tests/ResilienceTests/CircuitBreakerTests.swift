import Resilience
import Synchronization
import TestSupport
import Testing

struct CircuitBreakerTests {
    private enum UpstreamError: Error, Equatable {
        case sick
        case refused
    }

    private let time = ManualTimeSource()

    private func breaker(
        _ policy: CircuitBreakerPolicy = CircuitBreakerPolicy(minimumCalls: 2, jitter: 0),
        _ onTransition: @escaping @Sendable (BreakerTransition) -> Void = { _ in }
    ) -> CircuitBreaker {
        CircuitBreaker(policy, time: time, generator: SeededGenerator(seed: 1), onTransition: onTransition)
    }

    private func fail(_ breaker: CircuitBreaker) async {
        await #expect(throws: CircuitBreakerError<UpstreamError>.failed(.sick)) {
            try await breaker.call { () async throws(UpstreamError) in throw .sick }
        }
    }

    @Test func `it passes values and errors through and opens`() async throws {
        let breaker = breaker()
        let value = try await breaker.call { () async throws(UpstreamError) in 42 }
        #expect(value == 42)
        await fail(breaker)
        #expect(breaker.current == .open)
        await #expect(throws: CircuitBreakerError<UpstreamError>.refused(retryAfter: .seconds(10))) {
            try await breaker.call { () async throws(UpstreamError) in Issue.record("the call was made") }
        }
    }

    @Test func `the listener hears of each transition once and may use the breaker`() async {
        let heard = Mutex<[BreakerTransition]>([])
        let own = Mutex<CircuitBreaker?>(nil)
        let breaker = breaker(CircuitBreakerPolicy(minimumCalls: 2, probes: 1, jitter: 0)) { transition in
            let state = own.withLock { $0 }?.current
            #expect(state == transition.to)
            heard.withLock { $0.append(transition) }
        }
        own.withLock { $0 = breaker }
        await fail(breaker)
        await fail(breaker)
        time.advance(by: .seconds(10))
        await fail(breaker)
        breaker.force(.close)
        let transitions = heard.withLock { $0 }
        #expect(transitions.map(\.to) == [.open, .halfOpen, .open, .closed])
        #expect(transitions.map(\.sequence) == [1, 2, 3, 4])
        #expect(transitions.map(\.openFor) == [.seconds(10), nil, .seconds(20), nil])
        own.withLock { $0 = nil }
    }

    @Test func `a judge decides what counts as a failure`() async throws {
        let breaker = breaker()
        for _ in 1...10 {
            await #expect(throws: CircuitBreakerError<UpstreamError>.failed(.refused)) {
                try await breaker.call(judge: { result in
                    if case .failure(.refused) = result { .success } else { .failure }
                }) { () async throws(UpstreamError) in throw .refused }
            }
        }
        #expect(breaker.current == .closed)
        for _ in 1...10 {
            _ = try? await breaker.call(judge: { _ in .failure }) { () async throws(UpstreamError) in 1 }
        }
        #expect(breaker.current == .open)
    }

    @Test func `a cancelled call gives its probe back`() async throws {
        let breaker = breaker(CircuitBreakerPolicy(minimumCalls: 2, probes: 1, jitter: 0))
        await fail(breaker)
        await fail(breaker)
        time.advance(by: .seconds(10))
        let time = time
        let task = Task {
            try await breaker.call { try await time.sleep(until: .distantFuture) }
        }
        await time.waitForSleepers()
        #expect(breaker.machine.probesInFlight == 1)
        #expect(breaker.permit() == .refused(retryAfter: .seconds(5)))
        task.cancel()
        _ = await task.result
        #expect(breaker.machine.probesInFlight == 0 && breaker.current == .halfOpen)
    }

    @Test func `a call is as slow as the clock says`() async throws {
        let breaker = breaker()
        let time = time
        for _ in 1...2 {
            _ = try await breaker.call { () async throws(UpstreamError) in time.advance(by: .seconds(5)) }
        }
        #expect(breaker.current == .open)
        #expect(breaker.machine.retryAfter(at: time.now()) == .seconds(10))
    }

    @Test func `a reload reaches the machine`() {
        let breaker = breaker()
        breaker.update(CircuitBreakerPolicy(minimumCalls: 99))
        #expect(breaker.machine.policy.minimumCalls == 99)
    }

    @Test(arguments: ["ignored", "released"])
    func `threads that race for the probes never hold more than there are`(how: String) async {
        let breaker = breaker()
        await fail(breaker)
        await fail(breaker)
        time.advance(by: .seconds(10))
        let probes = Tally()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<2000 {
                        guard case .granted(let permit) = breaker.permit() else { continue }
                        probes.enter()
                        await Task.yield()
                        probes.leave()
                        if how == "ignored" { breaker.record(.ignored, for: permit) } else { breaker.release(permit) }
                    }
                }
            }
        }
        #expect((1...3).contains(probes.peak))
        #expect(probes.total > 3)
        #expect(breaker.machine.probesInFlight == 0 && breaker.current == .halfOpen)
    }

    @Test func `a probe hands on what it has learned however many threads ask`() async {
        let breaker = breaker()
        await fail(breaker)
        await fail(breaker)
        time.advance(by: .seconds(10))
        let probes = Tally()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<200 {
                        guard case .granted(let permit) = breaker.permit() else { continue }
                        if permit.isProbe { probes.enter() }
                        breaker.record(.success, for: permit)
                    }
                }
            }
        }
        #expect(probes.total == 3)
        #expect(breaker.current == .closed && breaker.machine.transitions == 3)
    }
}
