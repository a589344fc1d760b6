import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// What stands before an attempt, and what becomes of the permits.
@Suite struct DispatchPipelineTests {
    /// What closes a gate, and what waiting work is told.
    static let closures: [(String, @Sendable (inout MachineHarness, LaneID) -> Void, Obstacle.Reason)] = [
        ("pause", { harness, _ in harness.machine.setPaused(true, app: 0, at: harness.now) }, .paused),
        ("token", { harness, _ in harness.machine.setToken(.missing, app: 0, at: harness.now) }, .noToken),
        ("fault", { harness, _ in harness.machine.setToken(.fault(40013), app: 0, at: harness.now) }, .credentials),
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
    static let order: [(Int, Int)] = [(0, 1), (0, 4), (1, 4), (2, 5)]

    @Test(arguments: order)
    func `the outermost closed gate is the one that is named`(_ outer: Int, _ inner: Int) {
        var harness = MachineHarness()
        let lane = harness.lane()
        DispatchPipelineTests.closures[inner].1(&harness, lane)
        DispatchPipelineTests.closures[outer].1(&harness, lane)
        #expect(harness.machine.obstacle(of: lane, at: harness.now)?.reason == DispatchPipelineTests.closures[outer].2)
    }

    /// What attempts under way close by their answers, outermost first.
    enum Closure: CaseIterable {
        case hold, park, limiter, breaker

        var reason: Obstacle.Reason {
            switch self {
            case .hold: .account
            case .park: .quotaExhausted
            case .limiter: .rateLimited
            case .breaker: .breakerOpen
            }
        }

        /// Takes answers of attempts in flight until it is closed. The limiter is closed by their start.
        func close(_ harness: inout MachineHarness, _ flying: inout [JobID]) {
            switch self {
            case .hold: harness.finish(flying.removeLast(), .errcode(50002))
            case .park: harness.finish(flying.removeLast(), .errcode(45009))
            case .limiter: break
            case .breaker:
                while harness.machine.breakers[0].circuit.state == .closed, let id = flying.popLast() {
                    harness.finish(id, .unsent)
                }
            }
        }

        func isClosed(_ harness: MachineHarness, _ lane: LaneID) -> Bool {
            switch self {
            case .hold: harness.machine.apps[0].hold != nil || harness.machine.gates[0].hold != nil
            case .park: harness.machine.gates[0].park != nil
            case .limiter: harness.available(lane) == 0
            case .breaker: harness.breaker(lane).state == .open
            }
        }
    }

    static let answered = Closure.allCases.enumerated().flatMap { index, outer in
        Closure.allCases.dropFirst(index + 1).map { (outer, $0) }
    }

    @Test(arguments: answered, [true, false])
    func `of two that answers have closed the outer one is named`(_ pair: (Closure, Closure), _ isInnerFirst: Bool) {
        var harness = MachineHarness()
        let limit = RateLimit(
            permits: 1,
            per: .seconds(3600),
            burst: pair.0 == .limiter || pair.1 == .limiter ? 60 : 999
        )
        let lane = harness.lane(limit: limit)
        var flying = (0..<60).map { _ in harness.submit(lane, retryClass: MachineHarness.asynchronous) }
        #expect(harness.starts() == flying)
        for closure in isInnerFirst ? [pair.1, pair.0] : [pair.0, pair.1] { closure.close(&harness, &flying) }
        #expect(pair.0.isClosed(harness, lane))
        #expect(pair.1.isClosed(harness, lane))
        #expect(harness.machine.obstacle(of: lane, at: harness.now)?.reason == pair.0.reason)
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
        #expect(late.contains { if case .expire(let job, _) = $0 { job.id == id } else { false } })
    }
}
