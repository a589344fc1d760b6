import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat

@testable import DispatchCore

/// A step of the wall clock makes no duration longer or shorter; only what callers gave as wall times follows it.
@Suite struct ClockStepTests {
    static let steps = [Duration.seconds(-8 * 3600), .seconds(8 * 3600), .seconds(-120), .seconds(3)]

    private func step(_ harness: inout MachineHarness, _ step: Duration) {
        harness.now.timestamp = harness.now.timestamp + step
        _ = harness.pump()
    }

    @Test(arguments: steps) func `a retry of seconds comes after these seconds`(_ step: Duration) throws {
        var harness = MachineHarness { $0.breaker.minimumCalls = 1000 }
        let id = harness.submit(harness.lane(), retryClass: MachineHarness.asynchronous)
        #expect(harness.starts() == [id])
        guard case .retry(let due, _, _) = harness.finish(id, .errcode(-1))?.disposition else {
            Issue.record("it is not repeated")
            return
        }
        let wait = due - harness.now.timestamp
        self.step(&harness, step)
        #expect(harness.machine.job(id)?.notBefore == harness.now.timestamp + wait)
        harness.advance(wait - .milliseconds(1))
        #expect(harness.starts().isEmpty)
        harness.advance(.milliseconds(1))
        #expect(harness.starts() == [id])
    }

    /// Clocks are never read at exactly one time and NTP slews them: less than a step, and no wait may be negative for it.
    @Test(arguments: [true, false], [-12, 12, -400, 3000, -3000])
    func `how long work was ready is told by the monotonic clock`(isDurable: Bool, drift: Int) throws {
        var harness = MachineHarness()
        let lane = harness.lane(isDurable: isDurable, limit: .single)
        harness.submit(lane, lifetime: .seconds(600))
        _ = harness.starts()
        harness.submit(lane, lifetime: .seconds(600))
        harness.now.timestamp = harness.now.timestamp + .milliseconds(drift)
        harness.advance(.seconds(60))
        let waits = harness.pump().compactMap { if case .start(let lease) = $0 { lease.readyFor } else { nil } }
        #expect(waits == [.seconds(60)])
        harness.submit(lane, lifetime: .seconds(600))
        harness.advance(.seconds(60))
        let later = harness.pump().compactMap { if case .start(let lease) = $0 { lease.readyFor } else { nil } }
        #expect(later == [.seconds(60)])
    }

    @Test(arguments: steps) func `a limiter, a hold and a park by seconds last as long as they were set for`(
        _ step: Duration
    ) {
        let closures: [@Sendable (inout MachineHarness, LaneID) -> Duration] = [
            { harness, lane in
                harness.send(lane, .errcode(48001))
                return .seconds(60)
            },
            { harness, lane in
                harness.send(lane, .errcode(42010))
                return .seconds(60)
            },
        ]
        for close in closures {
            var harness = MachineHarness()
            let lane = harness.lane()
            let wait = close(&harness, lane)
            self.step(&harness, step)
            harness.advance(wait - .milliseconds(2))
            #expect(harness.starts().isEmpty)
            harness.advance(.milliseconds(2))
            #expect(harness.starts().count == 1)
        }
    }

    @Test(arguments: steps) func `a relayed call's deadline is a duration`(_ step: Duration) {
        var harness = MachineHarness()
        let lane = harness.lane(isDurable: false, limit: .single)
        harness.submit(lane, lifetime: .seconds(90))
        _ = harness.starts()
        let id = harness.submit(lane, lifetime: .seconds(4))
        self.step(&harness, step)
        harness.advance(.seconds(4) - .milliseconds(1))
        #expect(harness.machine.job(id) != nil)
        harness.advance(.milliseconds(1))
        _ = harness.pump()
        #expect(harness.machine.job(id) == nil)
    }

    @Test(arguments: steps) func `not_before and not_after follow the wall clock`(_ step: Duration) {
        var harness = MachineHarness()
        let lane = harness.lane()
        var job = Job(id: JobID(rawValue: 900), lane: lane, acceptedAt: harness.now.timestamp)
        let (from, to) = (harness.now.timestamp + .seconds(36_000), harness.now.timestamp + .seconds(72_000))
        (job.notBefore, job.expiresAt) = (from, to)
        job.marks = [.deduplicated, .callersTime]
        _ = harness.machine.submit(job, at: harness.now)
        self.step(&harness, step)
        #expect(harness.machine.job(job.id)?.notBefore == from)
        #expect(harness.machine.job(job.id)?.expiresAt == to)
        harness.advance(from - harness.now.timestamp - .seconds(1))
        #expect(harness.starts().isEmpty)
        harness.advance(.seconds(1))
        #expect(harness.starts() == [job.id])
    }

    @Test(arguments: steps) func `the window in which WeChat recognises a repeat is a duration`(_ step: Duration) {
        var harness = MachineHarness { $0.breaker.minimumCalls = 1000 }
        let id = harness.submit(harness.lane())
        #expect(harness.starts() == [id])
        harness.finish(id, .lost)
        harness.machine.setPaused(true, app: 0, at: harness.now)
        self.step(&harness, step)
        harness.advance(.seconds(500))
        harness.machine.setPaused(false, app: 0, at: harness.now)
        #expect(harness.starts() == [id])
        harness.finish(id, .lost)
        harness.machine.setPaused(true, app: 0, at: harness.now)
        harness.advance(.seconds(60))
        harness.machine.setPaused(false, app: 0, at: harness.now)
        #expect(harness.starts().isEmpty)
    }

    @Test func `a first attempt in the future, as a clock set back over a restart leaves it, is never repeated`() {
        var harness = MachineHarness()
        var job = Job(id: JobID(rawValue: 900), lane: harness.lane(), acceptedAt: harness.now.timestamp)
        job.firstAttemptAt = harness.now.timestamp + .seconds(3600)
        job.marks = [.deduplicated, .ambiguous]
        harness.machine.restore(job, at: harness.now)
        #expect(harness.starts().isEmpty)
        #expect(harness.machine.job(job.id) == nil)
    }

    @Test func `small differences of the two clocks are no step`() {
        var clock = SteadyClock()
        var now = Moment(instant: .zero, timestamp: MachineHarness.noon)
        #expect(clock.observe(now) == nil)
        now = Moment(instant: .zero + .seconds(10), timestamp: MachineHarness.noon + .milliseconds(10_400))
        #expect(clock.observe(now) == nil)
        now.timestamp = now.timestamp + .seconds(1)
        #expect(clock.observe(now) != nil)
        #expect(clock.wall(clock.steady(now.timestamp)) == now.timestamp)
    }
}
