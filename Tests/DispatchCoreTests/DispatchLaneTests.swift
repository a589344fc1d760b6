import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// Whose turn it is, and who may not stand in whose way.
@Suite struct DispatchLaneTests {
    @Test func `ready work leaves by priority across all lanes, then by age`() {
        var harness = MachineHarness { $0.maxInFlight = 1 }
        let lanes = [harness.lane(), harness.lane(Path.custom), harness.lane(Path.bizsend)]
        let low = harness.submit(lanes[0], .low)
        harness.advance(.milliseconds(1))
        let normal = harness.submit(lanes[1], .normal)
        harness.advance(.milliseconds(1))
        let second = harness.submit(lanes[2], .normal)
        harness.advance(.milliseconds(1))
        let urgent = harness.submit(lanes[2], .urgent)
        harness.advance(.milliseconds(1))
        let high = harness.submit(lanes[0], .high)
        var order: [JobID] = []
        for _ in 0..<5 {
            for id in harness.starts() {
                order.append(id)
                harness.finish(id, .ok)
            }
        }
        #expect(order == [urgent, high, normal, second, low])
    }

    @Test func `low work that waited long enough is due before fresh high work, and never before urgent`() {
        var harness = MachineHarness()
        harness.machine.setPaused(true, app: 0, at: harness.now)
        let (lane, other) = (harness.lane(limit: .single), harness.lane(Path.custom, limit: .single))
        let old = harness.submit(lane, .low)
        harness.advance(.seconds(121))
        let high = harness.submit(lane, .high)
        let urgent = harness.submit(lane, .urgent)
        harness.submit(other, .low)
        harness.machine.setPaused(false, app: 0, at: harness.now)
        #expect(harness.starts().first == urgent)
        harness.advance(.seconds(60))
        #expect(harness.starts().first == old)
        harness.advance(.seconds(60))
        #expect(harness.starts().first == high)
    }

    /// How a lane gets stuck.
    static let blocks: [@Sendable (inout MachineHarness, LaneID) -> Void] = [
        { harness, lane in harness.send(lane, .errcode(45009)) },
        { harness, lane in harness.send(lane, .errcode(45011)) },
        { harness, lane in harness.send(lane, .errcode(48001)) },
        { harness, lane in harness.send(lane, .ok) },
    ]

    @Test(arguments: 0..<blocks.count)
    func `a lane that is stuck does not delay another one`(_ index: Int) {
        var harness = MachineHarness()
        let (stuck, free) = (harness.lane(limit: .single), harness.lane(Path.custom))
        DispatchLaneTests.blocks[index](&harness, stuck)
        for _ in 0..<100 { harness.submit(stuck, .urgent) }
        let ids = (0..<10).map { _ in harness.submit(free, .low) }
        #expect(harness.starts() == ids)
    }

    @Test func `one app's trouble is not another's`() {
        var harness = MachineHarness()
        let other = harness.machine.addApp("other", needsToken: false, at: harness.now.instant)
        let (sick, well) = (harness.lane(), harness.lane(app: other))
        #expect(sick != well)
        harness.breakBreaker(sick)
        harness.send(sick, .errcode(50002))
        harness.machine.setPaused(true, app: 0, at: harness.now)
        harness.submit(sick, .urgent)
        let id = harness.submit(well, .low)
        #expect(harness.starts() == [id])
    }

    @Test func `relayed calls and messages of one api share its limiter and its breaker`() {
        var harness = MachineHarness()
        let (durable, relayed) = (harness.lane(limit: .single), harness.lane(isDurable: false, limit: .single))
        #expect(harness.machine.gates.size == 1)
        let message = harness.submit(durable)
        harness.advance(.milliseconds(1))
        let call = harness.submit(relayed)
        // Somebody waits for the call.
        #expect(harness.starts() == [call])
        harness.advance(.seconds(60))
        #expect(harness.starts() == [message])
    }

    @Test func `a message that has aged goes before relayed calls of its priority`() {
        var harness = MachineHarness()
        let (durable, relayed) = (harness.lane(limit: .single), harness.lane(isDurable: false, limit: .single))
        let first = harness.submit(relayed)
        #expect(harness.starts() == [first])
        let message = harness.submit(durable)
        harness.advance(.seconds(61))
        harness.submit(relayed)
        #expect(harness.starts() == [message])
    }

    /// Permits, period, burst.
    static let limits: [(Int, Duration, Int)] = [
        (1, .seconds(1), 1), (10, .seconds(1), 3), (100, .seconds(1), 200), (7, .seconds(60), 7),
        (3, .milliseconds(10), 1),
    ]

    @Test(arguments: limits, [UInt64(1), 2, 3])
    func `in no interval do more attempts start than burst and rate allow`(
        _ shape: (permits: Int, per: Duration, burst: Int),
        _ seed: UInt64
    ) {
        var harness = MachineHarness(seed: seed) { $0.maxInFlight = 4096 }
        let limit = RateLimit(permits: shape.permits, per: shape.per, burst: shape.burst)
        let (durable, relayed) = (harness.lane(limit: limit), harness.lane(isDurable: false, limit: limit))
        var chance = SeededGenerator(seed: seed &* 31)
        var starts: [Instant] = []
        var flying: [JobID] = []
        for _ in 0..<2000 {
            if Int.random(in: 0..<3, using: &chance) > 0 {
                harness.submit(
                    Bool.random(using: &chance) ? durable : relayed,
                    .allCases.randomElement(using: &chance) ?? .low
                )
            }
            if Int.random(in: 0..<4, using: &chance) == 0 {
                harness.advance(.microseconds(Int.random(in: 0...200_000, using: &chance)))
            }
            for id in harness.starts() {
                // One in five was never made; its permit may serve another.
                if Int.random(in: 0..<5, using: &chance) == 0 {
                    _ = harness.machine.abandon(id, at: harness.now)
                } else {
                    starts.append(harness.now.instant)
                    flying.append(id)
                }
            }
            if !flying.isEmpty, Bool.random(using: &chance) {
                harness.finish(flying.remove(at: Int.random(in: 0..<flying.count, using: &chance)), .ok)
            }
        }
        #expect(starts.count > 10)
        #expect(limit.worstExcess(of: starts) <= 0)
    }

    @Test func `the next look is never in the past and never after something could start`() throws {
        var harness = MachineHarness()
        let lane = harness.lane(limit: .single)
        harness.send(lane, .ok)
        harness.submit(lane)
        #expect(harness.starts().isEmpty)
        let wake = try #require(harness.machine.nextWake(at: harness.now))
        #expect(wake == Instant.zero + .seconds(60))
    }

    @Test func `while a hold's probe is out the next look is not in the past`() throws {
        var harness = MachineHarness()
        let lane = harness.lane()
        harness.send(lane, .errcode(48001))
        harness.advance(.seconds(61))
        #expect(harness.starts().count == 1)
        harness.submit(lane)
        #expect(harness.starts().isEmpty)
        #expect(harness.machine.obstacle(of: lane, at: harness.now)?.reason == .account)
        // The look at whether the probe hangs.
        let wake = try #require(harness.machine.nextWake(at: harness.now))
        #expect(wake > harness.now.instant)
    }
}
