import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// Siblings of the faults that were seen, found by reading.
@Suite struct SiblingFaultTests {
    @Test func `several calls that are told to slow down at the same time park the lane once`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let ids = (0..<10).map { _ in harness.submit(lane) }
        #expect(harness.starts().count == 10)
        for id in ids { harness.finish(id, ForeverTests.throttled) }
        harness.advance(.seconds(1))
        #expect(!harness.starts().isEmpty)
    }

    @Test func `a late word about the minute does not shorten a park until midnight`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let ids = (0..<2).map { _ in harness.submit(lane) }
        #expect(harness.starts().count == 2)
        harness.finish(ids[0], .errcode(45009))
        harness.finish(ids[1], .errcode(45011))
        harness.advance(.seconds(120))
        #expect(harness.starts().isEmpty)
    }

    @Test func `messages that can't leave do not make a relayed call's wait longer`() {
        var harness = MachineHarness()
        let limit = RateLimit(permits: 20, per: .seconds(1), burst: 20)
        let (durable, relayed) = (harness.lane(limit: limit), harness.lane(isDurable: false, limit: limit))
        harness.machine.journalIsWritable = false
        for _ in 0..<200 { harness.submit(durable, .high) }
        var job = Job(id: JobID(rawValue: 900), lane: relayed, isDurable: false, acceptedAt: harness.now.timestamp)
        job.expiresAt = harness.now.timestamp + .milliseconds(4500)
        #expect(harness.machine.refusal(of: job, path: "", at: harness.now) == nil)
        harness.machine.journalIsWritable = true
        #expect(harness.machine.refusal(of: job, path: "", at: harness.now)?.reason == .rateLimited)
    }

    @Test func `a probe that does not come back makes room for another`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        harness.send(lane, .errcode(48001))
        harness.submit(lane)
        harness.advance(.seconds(60))
        #expect(harness.starts().count == 1)
        harness.advance(Hold.longestProbe - .milliseconds(1))
        #expect(harness.starts().isEmpty)
        harness.advance(.milliseconds(1))
        #expect(harness.starts().count == 1)
    }

    @Test(arguments: [-400, 400]) func `a difference of the clocks below a step changes no relayed call's time`(
        _ shift: Int
    ) {
        var harness = MachineHarness()
        let lane = harness.lane(isDurable: false)
        _ = harness.starts()
        harness.now.timestamp = harness.now.timestamp + .milliseconds(shift)
        let id = harness.submit(lane, lifetime: .milliseconds(300), marks: [])
        #expect(harness.starts() == [id])
        #expect(harness.machine.leases[id]?.timeout == .milliseconds(285))
    }

    @Test func `a call that was abandoned after its caller hung up does not go again`() {
        var harness = MachineHarness()
        let lane = harness.lane(Path.custom, isDurable: false)
        let id = harness.submit(lane, lifetime: .seconds(4), marks: [])
        #expect(harness.starts() == [id])
        harness.machine.makeLast(id, at: harness.now)
        #expect(!harness.machine.mayLeave(id, at: harness.now))
        _ = harness.machine.abandon(id, at: harness.now)
        #expect(harness.starts().isEmpty)
        #expect(harness.machine.job(id) == nil)
    }

    @Test func `a repeat that its caller's time forbids costs the budget nothing`() {
        var harness = MachineHarness { $0.breaker.minimumCalls = 100_000 }
        let lane = harness.lane(isDurable: false)
        let before = harness.machine.apps[0].budget.balance(at: harness.now.instant)
        for _ in 0..<20 {
            let id = harness.submit(lane, lifetime: .milliseconds(50), marks: [.repeatable])
            #expect(harness.starts() == [id])
            harness.finish(id, .lost)
        }
        #expect(harness.machine.apps[0].budget.balance(at: harness.now.instant) >= before)
    }
}
