import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// What the breaker learns from attempts, and what it does to work.
@Suite struct DispatchBreakerTests {
    static let sick: [(String, Classification, Duration)] = [
        ("no connection", .unsent, .milliseconds(10)), ("no answer", .lost, .seconds(5)),
        ("-1", .errcode(-1), .milliseconds(10)), ("slow", .ok, .seconds(5)),
        ("slow refusal", .errcode(43004), .seconds(5)),
    ]

    @Test(arguments: 0..<sick.count)
    func `a sick upstream opens it`(_ index: Int) {
        let (_, result, took) = DispatchBreakerTests.sick[index]
        var harness = MachineHarness { $0.breaker.window = .seconds(300) }
        let lane = harness.lane()
        for _ in 0..<20 { harness.send(lane, result, after: took, retryClass: MachineHarness.asynchronous) }
        #expect(harness.breaker(lane).state == .open)
    }

    /// What WeChat says about a recipient, a message, its quotas or our token is no illness of WeChat's.
    @Test(arguments: [43004, 40003, 47003, 45009, 45011, 40001, 48001, 43101, 40013, 45047])
    func `what WeChat says of one thing alone never opens it`(_ code: Int) {
        var harness = MachineHarness { $0.breaker.slowCall = .seconds(3600) }
        let lane = harness.lane()
        for _ in 0..<200 {
            harness.send(lane, .errcode(code), after: .milliseconds(50))
            // Whatever the answer closed is opened again: it is the breaker alone that is looked at.
            harness.machine.gates[0].park = nil
            harness.machine.setPaused(false, app: 0, at: harness.now)
            for job in harness.starts() { harness.finish(job, .errcode(code)) }
            harness.machine.gates[0].park = nil
            harness.machine.setPaused(false, app: 0, at: harness.now)
            harness.advance(.seconds(1))
        }
        #expect(harness.breaker(lane).state == .closed)
        #expect(harness.breaker(lane).transitions == 0)
    }

    @Test func `with an open breaker a relayed call is refused at once and a message waits`() throws {
        var harness = MachineHarness()
        let (durable, relayed) = (harness.lane(), harness.lane(isDurable: false))
        harness.breakBreaker(durable)
        let message = harness.submit(durable)
        let call = harness.submit(relayed, lifetime: .seconds(4))
        let actions = harness.pump()
        #expect(actions.count == 1)
        guard case .refuse(let job, let obstacle) = actions.first else { Issue.record("not refused"); return }
        #expect(job.id == call)
        #expect(obstacle.reason == .breakerOpen)
        let until = try #require(obstacle.until)
        #expect(until > harness.now.timestamp)
        #expect(until <= harness.now.timestamp + .seconds(12))
        let waiting = try #require(harness.machine.job(message))
        #expect(waiting.countedAttempts == 0)
    }

    @Test func `half-open lets its probes through, closes by their success, and opens by one failure`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        harness.breakBreaker(lane)
        for _ in 0..<10 { harness.submit(lane) }
        harness.advance(.seconds(12))
        let probes = harness.starts()
        #expect(probes.count == 3)
        #expect(harness.starts().isEmpty)
        #expect(harness.finish(probes[0], .ok)?.transition == nil)
        #expect(harness.starts().isEmpty)
        #expect(harness.finish(probes[1], .unsent)?.transition?.to == .open)
        #expect(harness.finish(probes[2], .ok)?.transition == nil)
        #expect(harness.breaker(lane).state == .open)
        #expect(harness.starts().isEmpty)
        harness.advance(.seconds(24))
        let again = harness.starts()
        #expect(again.count == 3)
        for id in again { harness.finish(id, .ok) }
        #expect(harness.breaker(lane).state == .closed)
        #expect(harness.starts().count >= 5)
    }

    @Test func `a probe that says nothing about the upstream's health lets another one through`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        harness.breakBreaker(lane)
        for _ in 0..<10 { harness.submit(lane) }
        harness.advance(.seconds(12))
        let probes = harness.starts()
        #expect(probes.count == 3)
        _ = harness.machine.abandon(probes[0], at: harness.now)
        #expect(harness.starts().count == 1)
    }

    @Test func `what started before the breaker opened does not count in the half-open phase`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let early = (0..<5).map { _ in harness.submit(lane) }
        #expect(harness.starts() == early)
        harness.breakBreaker(lane)
        harness.submit(lane)
        harness.advance(.seconds(12))
        #expect(harness.starts().count == 3)
        for id in early { #expect(harness.finish(id, .lost)?.transition == nil) }
        #expect(harness.breaker(lane).state == .halfOpen)
    }

    @Test func `apis of one group share a breaker and media have their own`() {
        var harness = MachineHarness()
        let (template, custom, media) = (harness.lane(), harness.lane(Path.custom), harness.lane(Path.upload))
        harness.breakBreaker(media)
        #expect(harness.breaker(template).state == .closed)
        harness.breakBreaker(template)
        #expect(harness.breaker(custom).state == .open)
    }

    @Test func `an operator's word moves it`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        #expect(harness.machine.force(.open, breaker: 0, at: harness.now)?.to == .open)
        let id = harness.submit(lane)
        harness.advance(.seconds(3600))
        #expect(harness.starts().isEmpty)
        #expect(harness.machine.force(.close, breaker: 0, at: harness.now)?.to == .closed)
        #expect(harness.starts() == [id])
    }
}
