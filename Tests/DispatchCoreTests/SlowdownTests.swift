import GatewaySupport
import Queueing
import Resilience
import Settings
import Testing
import Timekeeping
import WeirPorts

@testable import DispatchCore

/// What WeChat's "too fast" does to an api's limiter.
@Suite struct SlowdownTests {
    private static let full = RateLimit(permits: 160, per: .seconds(1), burst: 320)

    private func after(_ seconds: Int) -> Instant { .zero + .seconds(seconds) }

    @Test func `each refusal halves the limit down to a sixteenth, and an eighth of it comes back a minute`() {
        var slowdown = Slowdown(of: SlowdownTests.full, after: nil, at: .zero)
        #expect(slowdown.share(at: after(59)) == 0.5)
        #expect(slowdown.share(at: after(60)) == 0.625)
        #expect(slowdown.share(at: after(239)) == 0.875 && !slowdown.isOver(at: after(239)))
        #expect(slowdown.isOver(at: after(240)) && slowdown.limit(at: after(240)) == SlowdownTests.full)
        for _ in 0..<10 { slowdown = Slowdown(of: SlowdownTests.full, after: slowdown, at: .zero) }
        #expect(slowdown.share(at: .zero) == 1.0 / 16)
        #expect(slowdown.limit(at: .zero) == RateLimit(permits: 160, per: .seconds(16), burst: 320))
        #expect(slowdown.isOver(at: after(480)) && slowdown.isOver(at: .distantFuture))
    }

    @Test(arguments: [1, 59, 60, 61, 150, 239, 240, 10_000])
    func `to grow in steps or at once comes to the same`(_ end: Int) {
        var grown = Slowdown(of: SlowdownTests.full, after: nil, at: .zero)
        for second in 0...end { grown.grow(at: after(second)) }
        let left = Slowdown(of: SlowdownTests.full, after: nil, at: .zero)
        #expect(grown.share(at: after(end)) == left.share(at: after(end)))
    }

    @Test(arguments: [
        RateLimit(permits: 1, per: .seconds(60), burst: 1), RateLimit(permits: .max, per: .seconds(1), burst: .max),
    ])
    func `the smallest and the largest limit let something through`(_ limit: RateLimit) {
        var slowdown = Slowdown(of: limit, after: nil, at: .zero)
        for _ in 0..<10 { slowdown = Slowdown(of: limit, after: slowdown, at: .zero) }
        #expect(slowdown.limit(at: .zero).permits > 0 && slowdown.limit(at: .zero).burst > 0)
    }

    // MARK: The machine

    private static let limit = RateLimit(permits: 60, per: .seconds(60), burst: 3)

    /// How many of many waiting messages leave within so many seconds, each of which is accepted.
    private func sent(_ harness: inout MachineHarness, within seconds: Int) -> Int {
        var count = 0
        for _ in 0..<seconds * 20 {
            harness.advance(.milliseconds(50))
            for id in harness.starts() {
                harness.finish(id, .ok)
                count += 1
            }
        }
        return count
    }

    /// Until the minute in which WeChat counts anew.
    private func refused() -> (harness: MachineHarness, lane: LaneID) {
        var harness = MachineHarness()
        let lane = harness.lane(limit: SlowdownTests.limit)
        // Calls of one moment are refused together: that is one refusal.
        let ids = (0..<3).map { _ in harness.submit(lane) }
        #expect(harness.starts() == ids)
        for id in ids { harness.finish(id, .errcode(45011)) }
        for _ in 0..<500 { harness.submit(lane) }
        harness.advance(.seconds(60))
        return (harness, lane)
    }

    @Test func `after a refusal half as many leave, then more each minute, at last as many as before`() {
        var (harness, _) = refused()
        let counts = (0..<6).map { _ in sent(&harness, within: 60) }
        // With what the burst saves up, and the last second of a minute at the next one's rate.
        for (count, expected) in zip(counts, [37, 45, 52, 60, 60, 60]) {
            #expect(abs(count - expected) <= 3, "\(counts)")
        }
        #expect(harness.machine.gates[0].slowdown == nil)
    }

    @Test func `a lane that waits for a lowered limit wakes when it has grown`() {
        var harness = MachineHarness()
        let lane = harness.lane(limit: RateLimit(permits: 1, per: .seconds(600), burst: 1))
        harness.send(lane, .errcode(45011))
        var wakes = 0
        while harness.starts().isEmpty, wakes < 100 {
            wakes += 1
            guard let wake = harness.machine.nextWake(at: harness.now) else { break }
            harness.advance(max(.milliseconds(1), wake - harness.now.instant))
        }
        // Half of the limit alone would let it go after twenty minutes.
        let elapsed = harness.now.instant - Instant.zero
        #expect(wakes < 100 && elapsed < .seconds(960) && elapsed >= .seconds(600), "\(wakes) wakes, \(elapsed)")
    }

    @Test func `a reload keeps the share, and an operator's resume ends it`() {
        var (harness, lane) = refused()
        var route = harness.machine.apps[0].route
        let limit = RateLimit(permits: 1600, per: .seconds(1), burst: 1600)
        route.limits = AppLimits(others: limit)
        harness.machine.update(app: 0, route: route, at: harness.now)
        #expect(harness.machine.gates[lane.gate].limit(at: harness.now.instant).permits == 1600 * 10)
        let cause = Cause("the quota was raised", since: harness.now.timestamp)
        for isPaused in [true, false] {
            harness.machine.setPaused(isPaused, app: 0, because: cause, at: harness.now)
        }
        #expect(harness.machine.gates[lane.gate].limit(at: harness.now.instant) == limit)
    }

    @Test func `it is told with the lane, and is over also where nothing leaves any more`() {
        var (harness, _) = refused()
        let told = harness.machine.snapshot(relayedWaiting: 0, at: harness.now).gates.first
        #expect(told?.slowedTo == 0.625 && told?.limit.per == .seconds(960))
        harness.advance(.seconds(600))
        let later = harness.machine.snapshot(relayedWaiting: 0, at: harness.now).gates.first
        #expect(later?.slowedTo == nil && later?.limit == SlowdownTests.limit)
    }
}
