import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// Quotas and account errors: a lane waits, and nobody's attempts are used up.
@Suite struct DispatchWaitTests {
    private static func time(_ text: String) -> Timestamp {
        Timestamp(rfc3339: text) ?? Timestamp(milliseconds: 0)
    }

    /// errcode, when it came, until when the lane waits.
    static let parks: [(Int, String, String)] = [
        (45009, "2026-11-21T12:00:00+08:00", "2026-11-22T00:00:00+08:00"),
        (45009, "2026-11-21T23:59:59.999+08:00", "2026-11-22T00:00:00+08:00"),
        (45009, "2026-11-21T01:00:00+08:00", "2026-11-22T00:00:00+08:00"),
        (45009, "2026-11-21T00:00:00+08:00", "2026-11-21T00:10:00+08:00"),
        (45009, "2026-11-21T00:59:59+08:00", "2026-11-21T01:09:59+08:00"),
        (45011, "2026-11-21T12:00:30+08:00", "2026-11-21T12:01:00+08:00"),
        (45011, "2026-11-21T12:00:00+08:00", "2026-11-21T12:01:00+08:00"),
        (42010, "2026-11-21T12:00:30+08:00", "2026-11-21T12:01:30+08:00"),
    ]

    @Test(arguments: parks)
    func `the lane waits until WeChat counts anew, and the attempt does not count`(
        _ code: Int,
        _ now: String,
        _ until: String
    ) throws {
        var harness = MachineHarness(at: DispatchWaitTests.time(now))
        let lane = harness.lane()
        let id = harness.submit(lane)
        #expect(harness.starts() == [id])
        let reason: Obstacle.Reason = code == 45009 ? .quotaExhausted : .throttled
        let end = DispatchWaitTests.time(until)
        #expect(harness.finish(id, .errcode(code))?.disposition == .waiting(Obstacle(reason, until: end)))
        #expect(harness.machine.job(id)?.countedAttempts == 0)
        let wait = end - harness.now.timestamp
        harness.advance(wait - .milliseconds(1))
        #expect(harness.starts().isEmpty)
        #expect(harness.machine.obstacle(of: lane, at: harness.now)?.reason == reason)
        harness.advance(.milliseconds(1))
        #expect(harness.starts() == [id])
        #expect(harness.machine.leases[id]?.number == 2)
    }

    @Test func `a hundred parks use up no attempt`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let id = harness.submit(lane, retryClass: MachineHarness.consistent)
        for _ in 0..<100 {
            #expect(harness.starts() == [id])
            harness.finish(id, .errcode(45011))
            harness.advance(.seconds(61))
        }
        #expect(harness.machine.job(id)?.countedAttempts == 0)
    }

    @Test(arguments: [(45009, true), (45011, true), (43117, false), (45066, false)])
    func `a relayed call whose lane waits longer than itself gets WeChat's own answer`(_ code: Int, _ parksLane: Bool) {
        var harness = MachineHarness()
        let relayed = harness.lane(isDurable: false)
        let id = harness.submit(relayed, lifetime: .seconds(4))
        #expect(harness.starts() == [id])
        guard case .ended = harness.finish(id, .errcode(code))?.disposition else {
            Issue.record("it waits")
            return
        }
        #expect((harness.machine.gates[0].park != nil) == parksLane)
    }

    @Test(arguments: [43117, 45066])
    func `what is said of one recipient or message does not stop the lane`(_ code: Int) throws {
        var harness = MachineHarness()
        let lane = harness.lane()
        let id = harness.submit(lane)
        #expect(harness.starts() == [id])
        guard case .retry(let due, _, _) = harness.finish(id, .errcode(code))?.disposition else {
            Issue.record("it is not repeated")
            return
        }
        #expect(due >= harness.now.timestamp + .seconds(60))
        let next = harness.submit(lane)
        #expect(harness.starts() == [next])
    }

    // MARK: Account errors

    @Test(arguments: [(48001, false), (50002, true), (40013, false), (61007, true)])
    func `an account error holds the api or the app, probed ever less often, up to every five minutes`(
        _ code: Int,
        _ isApp: Bool
    ) throws {
        var harness = MachineHarness()
        let (lane, other) = (harness.lane(Path.menu), harness.lane(Path.custom))
        let api = code == 40013 ? Path.menu : Path.template
        let ids = (0..<5).map { _ in harness.submit(lane) }
        #expect(harness.starts().count == 5)
        for id in ids { harness.finish(id, .errcode(code, on: api)) }
        for id in ids { #expect(harness.machine.job(id)?.countedAttempts == 0) }
        let bystander = harness.submit(other)
        let holdsApp = isApp || code == 40013
        #expect(harness.starts() == (holdsApp ? [] : [bystander]))
        for wait in [60, 120, 240, 300, 300] {
            harness.advance(.seconds(wait) - .milliseconds(1))
            #expect(harness.starts().isEmpty)
            harness.advance(.milliseconds(1))
            let probes = harness.starts()
            #expect(probes.count == 1, "after \(wait) s")
            #expect(harness.starts().isEmpty)
            for id in probes { harness.finish(id, .errcode(code, on: api)) }
            #expect(harness.starts().isEmpty)
        }
        harness.advance(.seconds(300))
        let probe = try #require(harness.starts().first)
        harness.finish(probe, .ok)
        #expect(harness.starts().count >= 4)
    }

    @Test func `a probe that tells nothing about the account is followed by another a minute later`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        harness.send(lane, .errcode(48001))
        harness.submit(lane)
        harness.advance(.seconds(60))
        let probe = harness.starts()
        #expect(probe.count == 1)
        harness.finish(probe[0], .unsent)
        #expect(harness.starts().isEmpty)
        harness.advance(.seconds(60))
        #expect(harness.starts().count == 1)
    }

    @Test func `a probe that was never made is followed by another at once`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        harness.send(lane, .errcode(48001))
        harness.advance(.seconds(60))
        let probe = harness.starts()
        #expect(probe.count == 1)
        _ = harness.machine.abandon(probe[0], at: harness.now)
        #expect(harness.starts() == probe)
    }

    @Test func `a held api still takes relayed calls, whose own services should see WeChat's answer`() {
        var harness = MachineHarness()
        let (durable, relayed) = (harness.lane(), harness.lane(isDurable: false))
        harness.send(durable, .errcode(48001))
        let call = harness.submit(relayed)
        #expect(harness.starts() == [call])
        #expect(harness.finish(call, .errcode(48001))?.disposition == .ended(.failed))
    }

    @Test(arguments: [89504, 89505, 43116, 200013])
    func `what is said of one message or template ends that message alone`(_ code: Int) {
        var harness = MachineHarness()
        let lane = harness.lane()
        #expect(harness.send(lane, .errcode(code))?.disposition == .ended(.failed))
        let next = harness.submit(lane)
        #expect(harness.starts() == [next])
    }

    @Test func `resuming an app ends its holds at once`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        harness.send(lane, .errcode(48001))
        #expect(harness.starts().isEmpty)
        harness.machine.setPaused(false, app: 0, at: harness.now)
        #expect(harness.starts().count == 1)
    }

    // MARK: Tokens

    @Test func `a rejected token is tried anew once, and then the app is held`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let id = harness.submit(lane)
        #expect(harness.starts() == [id])
        #expect(harness.finish(id, .errcode(40001))?.disposition == .tokenRetry)
        #expect(harness.starts() == [id])
        guard case .waiting(let obstacle) = harness.finish(id, .errcode(42001))?.disposition else {
            Issue.record("it does not wait")
            return
        }
        #expect(obstacle.reason == .tokenRejected)
        #expect(harness.machine.job(id)?.countedAttempts == 0)
        #expect(harness.starts().isEmpty)
    }

    @Test func `a relayed call's token is tried anew once, and then it ends`() {
        var harness = MachineHarness()
        let relayed = harness.lane(isDurable: false)
        let id = harness.submit(relayed, lifetime: .seconds(4), marks: [])
        #expect(harness.starts() == [id])
        #expect(harness.finish(id, .errcode(40014))?.disposition == .tokenRetry)
        #expect(harness.starts() == [id])
        #expect(harness.finish(id, .errcode(40014))?.disposition == .ended(.failed))
        #expect(harness.machine.job(id) == nil)
    }

    @Test(arguments: [WaitReason.quotaExhausted, .breakerOpen])
    func `a call is told of what refuses it also while there is no token`(reason: WaitReason) {
        var harness = MachineHarness()
        let app = harness.machine.addApp("shop", at: harness.now.instant)
        harness.machine.setToken(.ready, app: app, at: harness.now)
        let lane = harness.lane(app: app, isDurable: false)
        func refused() -> [JobID] {
            harness.pump().compactMap {
                if case .refuse(let job, let obstacle) = $0, obstacle.reason == reason { job.id } else { nil }
            }
        }
        harness.machine.setToken(.missing, app: app, at: harness.now)
        let first = harness.submit(lane, lifetime: .seconds(4))
        #expect(refused().isEmpty)
        if reason == .breakerOpen {
            let breaker = harness.machine.gates[lane.gate].breaker
            _ = harness.machine.force(.open, breaker: breaker, at: harness.now)
        } else {
            harness.machine.gates[lane.gate].park = Park(
                obstacle: .quotaExhausted,
                end: .instant(harness.now.instant + .seconds(600)),
                cause: Cause("errcode 45009", since: harness.now.timestamp)
            )
            harness.machine.changed(gate: lane.gate, at: harness.machine.read(harness.now))
        }
        #expect(refused() == [first])
        let second = harness.submit(lane, lifetime: .seconds(4))
        #expect(refused() == [second])
    }
}
