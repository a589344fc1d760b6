import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat

@testable import Weir

/// What stands before an attempt, and what becomes of the permits.
@Suite struct DispatchPipelineTests {
    /// What closes a gate, and what waiting work is told.
    static let closures: [(String, @Sendable (inout MachineHarness, LaneID) -> Void, Obstacle.Reason)] = [
        ("pause", { harness, _ in harness.machine.setPaused(true, app: 0, at: harness.now) }, .paused),
        ("token", { harness, _ in harness.machine.setToken(.missing, app: 0, at: harness.now) }, .noToken),
        ("fault", { harness, _ in harness.machine.setToken(.fault("40013"), app: 0, at: harness.now) }, .credentials),
        ("draining", { harness, _ in harness.machine.isDraining = true }, .draining),
        ("hold", { harness, lane in harness.send(lane, .errcode(50002)) }, .account),
        ("park", { harness, lane in harness.send(lane, .errcode(45009)) }, .quotaExhausted),
        ("minute", { harness, lane in harness.send(lane, .errcode(45011)) }, .throttled),
        ("breaker", { harness, lane in harness.breakBreaker(lane) }, .breakerOpen),
    ]

    @Test(arguments: 0..<closures.count)
    func `what is closed starts nothing, says why, and takes no permit`(_ index: Int) {
        let (_, close, reason) = DispatchPipelineTests.closures[index]
        var harness = MachineHarness()
        let lane = harness.lane()
        close(&harness, lane)
        harness.advance(.milliseconds(100))
        let before = harness.available(lane)
        harness.submit(lane)
        #expect(harness.starts().isEmpty)
        #expect(harness.available(lane) == before)
        #expect(harness.machine.obstacle(of: lane, at: harness.now)?.reason == reason)
    }

    /// The first of each pair is outside of the second.
    static let order: [(Int, Int)] = [(0, 1), (0, 4), (1, 4), (2, 5), (4, 5), (4, 7), (5, 7), (6, 7)]

    @Test(arguments: order)
    func `the outermost closed gate is the one that is named`(_ outer: Int, _ inner: Int) {
        var harness = MachineHarness()
        let lane = harness.lane()
        DispatchPipelineTests.closures[inner].1(&harness, lane)
        DispatchPipelineTests.closures[outer].1(&harness, lane)
        if outer > 3 {
            // What WeChat itself said needs an open way to be said.
            let expected: Set<Obstacle.Reason> = [
                DispatchPipelineTests.closures[outer].2, DispatchPipelineTests.closures[inner].2,
            ]
            #expect(expected.contains(harness.machine.obstacle(of: lane, at: harness.now)?.reason ?? .scheduled))
        } else {
            #expect(
                harness.machine.obstacle(of: lane, at: harness.now)?.reason == DispatchPipelineTests.closures[outer].2
            )
        }
    }

    @Test func `an open breaker gives the limiter's permit back`() {
        var harness = MachineHarness()
        let lane = harness.lane(limit: RateLimit(permits: 1, per: .seconds(3600), burst: 50))
        harness.breakBreaker(lane)
        let before = harness.available(lane)
        for _ in 0..<10 {
            harness.submit(lane)
            #expect(harness.starts().isEmpty)
        }
        #expect(harness.available(lane) == before)
    }

    @Test func `an attempt that is not made gives everything back and does not count`() throws {
        var harness = MachineHarness()
        let lane = harness.lane(limit: .single)
        let id = harness.submit(lane)
        #expect(harness.starts() == [id])
        #expect(harness.available(lane) == 0)
        #expect(harness.machine.abandon(id, at: harness.now) != nil)
        #expect(harness.available(lane) == 1)
        #expect(harness.machine.inFlight == 0)
        let job = try #require(harness.machine.job(id))
        #expect(job.startedAttempts == 0)
        #expect(job.countedAttempts == 0)
        #expect(harness.starts() == [id])
        #expect(harness.machine.leases[id]?.number == 1)
    }

    @Test func `a job that the journal refused is gone, waiting or in flight`() {
        var harness = MachineHarness()
        let lane = harness.lane(limit: .single)
        let (first, second) = (harness.submit(lane), harness.submit(lane))
        #expect(harness.starts() == [first])
        harness.machine.discard(first, at: harness.now)
        #expect(harness.available(lane) == 1)
        harness.machine.discard(second, at: harness.now)
        #expect(harness.machine.queue.count == 0)
        #expect(harness.machine.inFlight == 0)
        #expect(harness.starts().isEmpty)
    }

    @Test func `the result of an attempt that is no longer known changes nothing`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let id = harness.submit(lane)
        #expect(harness.starts() == [id])
        #expect(harness.finish(id, .ok) != nil)
        #expect(harness.finish(id, .lost) == nil)
        #expect(harness.finish(JobID(rawValue: 99), .errcode(45009)) == nil)
        #expect(harness.machine.gates[0].park == nil)
    }

    @Test func `no more attempts are in flight than the caps allow, and messages leave room for the relay`() {
        var harness = MachineHarness { $0.maxInFlight = 8 }
        let (durable, relayed) = (harness.lane(), harness.lane(isDurable: false))
        for _ in 0..<20 { harness.submit(durable, .urgent) }
        #expect(harness.starts().count == 6)
        #expect(harness.machine.obstacle(of: durable, at: harness.now)?.reason == .concurrency)
        for _ in 0..<20 { harness.submit(relayed, .low) }
        let started = harness.starts()
        #expect(started.count == 2)
        #expect(harness.machine.inFlight == 8)
        #expect(harness.starts().isEmpty)
        harness.finish(started[0], .ok)
        #expect(harness.starts().count == 1)
    }

    @Test func `a journal that can't be written stops messages and not the relay`() {
        var harness = MachineHarness()
        let (durable, relayed) = (harness.lane(), harness.lane(isDurable: false))
        harness.machine.journalIsWritable = false
        let message = harness.submit(durable, .urgent)
        let call = harness.submit(relayed, .low)
        #expect(harness.starts() == [call])
        #expect(harness.machine.obstacle(of: durable, at: harness.now)?.reason == .journal)
        harness.machine.journalIsWritable = true
        #expect(harness.starts() == [message])
    }

    @Test func `while draining messages stay and relayed calls go on`() {
        var harness = MachineHarness()
        let (durable, relayed) = (harness.lane(), harness.lane(isDurable: false))
        harness.machine.isDraining = true
        let message = harness.submit(durable, .urgent)
        let call = harness.submit(relayed, .low)
        #expect(harness.starts() == [call])
        #expect(harness.machine.job(message) != nil)
        #expect(harness.finish(call, .ok)?.disposition == .ended(.sent))
    }

    /// What is no use waiting for.
    @Test(arguments: [(0, true), (2, true), (4, true), (5, true), (7, true), (1, false), (6, false)])
    func `a relayed call hears at once of what a wait will not mend`(_ closure: Int, _ isRefused: Bool) {
        var harness = MachineHarness()
        let (durable, relayed) = (harness.lane(), harness.lane(isDurable: false))
        DispatchPipelineTests.closures[closure].1(&harness, durable)
        harness.advance(.milliseconds(100))
        let id = harness.submit(relayed, lifetime: .seconds(4))
        let actions = harness.pump()
        #expect(actions.contains { if case .refuse(let job, _) = $0 { job.id == id } else { false } } == isRefused)
        #expect((harness.machine.job(id) == nil) == isRefused)
        guard !isRefused else { return }
        harness.advance(.seconds(4))
        let late = harness.pump()
        #expect(late.contains { if case .expire(let job, _) = $0 { job.id == id } else { false } } || !late.isEmpty)
    }
}
