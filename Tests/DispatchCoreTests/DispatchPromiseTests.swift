import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// What was promised, by app; and whether each app gets through.
@Suite struct DispatchPromiseTests {
    private func promises(_ harness: inout MachineHarness) -> [DispatchMachine.Promises] {
        harness.machine.takePromises(at: harness.now)
    }

    private func told(_ priority: Priority, kept: Int = 0, broken: Int = 0, app: String = "main") -> [DispatchMachine
        .Promises]
    {
        [DispatchMachine.Promises(app: app, priority: priority, tally: PromiseTally(kept: kept, broken: broken))]
    }

    // MARK: Promises

    @Test(arguments: [
        (Classification.ok, 1, 0), (.errcode(43004), 0, 0), (.errcode(47003), 0, 0), (.lost, 0, 1),
    ])
    func `how a message ends decides over its promise`(_ result: Classification, kept: Int, broken: Int) {
        var harness = MachineHarness()
        let lane = harness.lane(Path.custom)
        harness.send(lane, result, after: .seconds(1), marks: [])
        let tallies = promises(&harness)
        #expect(tallies == (kept + broken == 0 ? [] : told(.normal, kept: kept, broken: broken)))
    }

    @Test func `a promise breaks while the message waits, in flight or for its retry, and is told once`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let id = harness.submit(lane, .urgent)
        #expect(harness.starts() == [id])
        harness.finish(id, .unsent, after: .seconds(1))
        #expect(harness.machine.snapshot(relayedWaiting: 0, at: harness.now).loads.map(\.counts.retrying) == [1])
        harness.advance(.seconds(61))
        #expect(promises(&harness) == told(.urgent, broken: 1))
        #expect(harness.starts() == [id])
        harness.finish(id, .ok)
        #expect(promises(&harness).isEmpty)
    }

    @Test func `a step of the wall clock keeps and breaks nothing`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let id = harness.submit(lane, .urgent)
        harness.now.timestamp = harness.now.timestamp + .seconds(86_400)
        #expect(promises(&harness).isEmpty)
        harness.now.timestamp = harness.now.timestamp + .seconds(-2 * 86_400)
        harness.advance(.seconds(30))
        #expect(harness.starts() == [id])
        harness.finish(id, .ok)
        #expect(promises(&harness) == told(.urgent, kept: 1))
    }

    @Test func `Weir's own messages are nobody's promise, and have no age`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let job = Job(id: JobID(rawValue: 7), lane: lane, promise: Promise.none, acceptedAt: harness.now.timestamp)
        _ = harness.machine.submit(job, at: harness.now)
        let load = harness.machine.snapshot(relayedWaiting: 0, at: harness.now).loads
        #expect(load.map(\.counts.ready) == [1] && load.map(\.oldestUnsent) == [nil])
        harness.advance(.seconds(10_000))
        #expect(promises(&harness).isEmpty)
    }

    @Test func `each app's oldest message is told, of those apps alone that have any`() {
        var harness = MachineHarness()
        let other = harness.machine.addApp("other", needsToken: false, at: harness.now.instant)
        _ = harness.machine.addApp("idle", needsToken: false, at: harness.now.instant)
        let began = harness.now.timestamp
        harness.submit(harness.lane(Path.custom), .low)
        harness.advance(.seconds(5))
        harness.submit(harness.lane(), .low)
        harness.submit(harness.lane(app: other), .urgent)
        let loads = harness.machine.snapshot(relayedWaiting: 0, at: harness.now).loads
        #expect(loads.map(\.app) == ["main", "other"])
        #expect(loads.map(\.priority) == [.low, .urgent])
        #expect(loads.map(\.counts.ready) == [2, 1])
        #expect(loads.map(\.oldestUnsent) == [began, began + .seconds(5)])
    }

    @Test(arguments: [
        (PromiseTally(kept: 1), MessageProgress()),
        (PromiseTally(), MessageProgress.redriven),
    ])
    func `a message that was redriven has been counted before`(tally: PromiseTally, progress: MessageProgress) {
        var harness = MachineHarness()
        let lane = harness.lane()
        let message = Message(
            id: JobID(rawValue: 9),
            app: "main",
            type: .template,
            createdAt: harness.now.timestamp + .seconds(-60)
        )
        harness.machine.restore(Job(message, progress, lane: lane, retryClass: 1, share: .common), at: harness.now)
        #expect(harness.starts() == [message.id])
        harness.finish(message.id, .ok)
        #expect(promises(&harness).map(\.tally) == (tally == PromiseTally() ? [] : [tally]))
    }

    @Test func `what broke while no process ran is counted by the next one`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let now = harness.now.timestamp
        for (number, age) in [(UInt64(1), 10_000), (2, 2000), (3, 10)] {
            let message = Message(
                id: JobID(rawValue: number),
                app: "main",
                type: .template,
                createdAt: now + .seconds(-age)
            )
            harness.machine.noteInherited(message, MessageProgress())
            _ = harness.machine.recover(
                Job(message, MessageProgress(), lane: lane, retryClass: 1, share: .common),
                at: harness.now
            )
        }
        harness.machine.endRestore(at: harness.now)
        // The first had waited for 10,000 s when the third was accepted; the process before was still there.
        #expect(promises(&harness).isEmpty)
        harness.advance(.seconds(1830))
        #expect(promises(&harness) == told(.normal, broken: 1))
    }

    // MARK: Getting through

    private func failingSince(_ harness: MachineHarness) -> Timestamp? {
        harness.machine.snapshot(relayedWaiting: 0, at: harness.now).apps.first?.failingSince
    }

    @Test(arguments: [
        (Classification.unsent, true), (.lost, true), (.errcode(-1), true), (.ok, false), (.errcode(43004), false),
        (.errcode(45009), false),
    ])
    func `an app fails from the first attempt on that finds WeChat sick`(_ result: Classification, fails: Bool) {
        var harness = MachineHarness()
        let lane = harness.lane()
        #expect(harness.machine.snapshot(relayedWaiting: 0, at: harness.now).apps.first?.hasTried == false)
        harness.send(lane, result, after: .seconds(1))
        let since = harness.now.timestamp
        #expect(failingSince(harness) == (fails ? since : nil))
        harness.advance(.seconds(100))
        harness.send(harness.lane(Path.custom), .unsent)
        #expect(failingSince(harness) == (fails ? since : harness.now.timestamp))
        harness.send(harness.lane(Path.custom), .ok)
        #expect(failingSince(harness) == nil)
    }

    @Test func `what a caller cut short fails no app`() {
        var harness = MachineHarness()
        let lane = harness.lane(isDurable: false)
        let id = harness.submit(lane, lifetime: .seconds(1))
        #expect(harness.starts() == [id])
        harness.advance(.seconds(1))
        var evidence = AttemptEvidence()
        evidence.failure = .timeout
        let now = harness.now
        _ = harness.machine.complete(id, with: .lost, evidence: evidence, at: now, using: &harness.generator)
        #expect(failingSince(harness) == nil)
    }

    @Test func `a token request says as much as an attempt does`() {
        var harness = MachineHarness()
        harness.machine.gotThrough(false, app: 0, at: harness.now.timestamp)
        #expect(failingSince(harness) == harness.now.timestamp)
        harness.send(harness.lane(), .ok, after: .seconds(3))
        #expect(failingSince(harness) == nil)
    }
}

extension MessageProgress {
    fileprivate static var redriven: MessageProgress {
        var progress = MessageProgress()
        progress.startedAttempts = 3
        progress.nextAt = MachineHarness.noon
        return progress
    }
}
