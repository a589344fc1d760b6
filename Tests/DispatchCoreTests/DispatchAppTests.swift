import GatewaySupport
import Queueing
import Resilience
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// Apps that come and go, as the machine sees it.
@Suite struct DispatchAppTests {
    /// Lets time pass without work, and gives back what left.
    private func release(_ harness: inout MachineHarness) -> [DepartedApp] {
        _ = harness.pump()
        _ = harness.writtenLedger()
        return harness.machine.releaseIdle(at: harness.now)
    }

    @Test func `ten thousand apps that came and went take no more room than one`() {
        var harness = MachineHarness()
        for number in 0..<10_000 {
            let app = harness.machine.addApp("app-\(number)", needsToken: false, at: harness.now.instant)
            harness.send(harness.lane(app: app), .ok)
            harness.send(harness.lane("/sns/userinfo", app: app), .ok)
            harness.machine.dismiss(app: app, at: harness.now)
            #expect(release(&harness).map(\.name) == ["app-\(number)"])
        }
        #expect(harness.machine.apps.size == 2)
        #expect(harness.machine.gates.size == 2)
        #expect(harness.machine.breakers.size <= 2)
        #expect(harness.machine.absent.isEmpty && harness.machine.idle.isEmpty)
    }

    @Test func `the place of an app is kept while anything of it waits or is in flight`() {
        var harness = MachineHarness()
        let app = harness.machine.addApp("shop", needsToken: false, at: harness.now.instant)
        let slot = harness.machine.slot(of: app)
        let lane = harness.lane(app: app)
        let id = harness.submit(lane)
        #expect(harness.starts() == [id])
        harness.machine.dismiss(app: app, at: harness.now)
        #expect(release(&harness).isEmpty)
        #expect(!harness.machine.isPresent(slot))
        let next = harness.machine.addApp("next", needsToken: false, at: harness.now.instant)
        #expect(next != app)
        harness.finish(id, .ok)
        #expect(release(&harness).map(\.name) == ["shop"])
        let reused = harness.machine.addApp("later", needsToken: false, at: harness.now.instant)
        #expect(reused == app)
        #expect(!harness.machine.isPresent(slot))
        #expect(harness.machine.isPresent(harness.machine.slot(of: reused)))
    }

    @Test(arguments: [true, false])
    func `what waits for an app that left goes when it returns`(isDurable: Bool) {
        var harness = MachineHarness()
        let app = harness.machine.addApp("shop", needsToken: false, at: harness.now.instant)
        let (lane, other) = (harness.lane(app: app, isDurable: isDurable, limit: .single), harness.lane())
        let first = harness.submit(lane)
        #expect(harness.starts() == [first])
        harness.finish(first, .ok)
        let waiting = harness.submit(lane)
        harness.machine.dismiss(app: app, at: harness.now)
        harness.advance(.seconds(60))
        let bystander = harness.submit(other)
        #expect(harness.starts() == [bystander])
        #expect(release(&harness).isEmpty == isDurable)
        guard isDurable else { return }
        #expect(harness.machine.obstacle(of: lane, at: harness.now)?.reason == .noApp)
        #expect(harness.machine.messagesWaiting(app: app) == 1)
        harness.machine.welcome(app: app, needsToken: false, at: harness.now)
        #expect(harness.starts() == [waiting])
    }

    @Test func `an app that needs no token any more goes on, and one that needs one now waits for it`() {
        var harness = MachineHarness()
        let app = harness.machine.addApp("shop", at: harness.now.instant)
        let lane = harness.lane(app: app)
        let first = harness.submit(lane)
        #expect(harness.starts().isEmpty)
        harness.machine.setNeed(token: false, app: app, at: harness.now)
        #expect(harness.starts() == [first])
        harness.machine.setNeed(token: true, app: app, at: harness.now)
        let second = harness.submit(lane)
        #expect(harness.starts().isEmpty)
        harness.machine.setToken(.ready, app: app, at: harness.now)
        // Nothing has changed.
        harness.machine.setNeed(token: true, app: app, at: harness.now)
        #expect(harness.starts() == [second])
    }

    @Test func `what an app was stopped for is so when it returns, also after its place was given back`() {
        var harness = MachineHarness()
        let app = harness.machine.addApp("shop", needsToken: false, at: harness.now.instant)
        let lane = harness.lane(app: app)
        harness.send(lane, .errcode(48001), marks: [])
        _ = harness.machine.force(
            .open,
            breaker: harness.machine.gates[lane.gate].breaker,
            at: harness.now
        )
        harness.machine.setPaused(true, app: app, at: harness.now)
        let before = harness.writtenLedger().map(\.name)
        #expect(before.count == 3)
        if let id = harness.waitingID(in: lane) { _ = harness.machine.cancel(id) }
        harness.machine.dismiss(app: app, at: harness.now)
        #expect(release(&harness).count == 1)
        #expect(harness.writtenLedger().map(\.name) == before)
        let another = harness.machine.addApp("another", needsToken: false, at: harness.now.instant)
        #expect(another == app && !harness.machine.apps[another].isPaused)
        let bystander = harness.submit(harness.lane(app: another))
        #expect(harness.starts() == [bystander])

        let back = harness.machine.addApp("shop", needsToken: false, at: harness.now.instant)
        let returned = harness.lane(app: back)
        #expect(harness.machine.apps[back].isPaused)
        #expect(harness.machine.gates[returned.gate].hold?.cause.why == "errcode 48001")
        #expect(harness.breaker(returned).mode == .open)
        harness.submit(returned)
        #expect(harness.starts().isEmpty)
        #expect(harness.writtenLedger().map(\.name) == before)
    }

    @Test func `no place is given back while the journal may lack a decision`() {
        var harness = MachineHarness()
        let app = harness.machine.addApp("shop", needsToken: false, at: harness.now.instant)
        _ = harness.lane(app: app)
        harness.machine.journalIsWritable = false
        harness.machine.setPaused(true, app: app, at: harness.now)
        harness.machine.dismiss(app: app, at: harness.now)
        #expect(release(&harness).isEmpty)
        harness.machine.journalIsWritable = true
        let writes = harness.machine.takeLedgerWrites(at: harness.now)
        #expect(harness.machine.releaseIdle(at: harness.now).isEmpty)
        harness.machine.ledgerWasNotWritten(writes)
        #expect(harness.machine.releaseIdle(at: harness.now).isEmpty)
        #expect(release(&harness).map(\.name) == ["shop"])
        #expect(harness.writtenLedger().map(\.name) == ["pause/shop"])
    }

    @Test func `another AppID is another account: what was said of the old one is forgotten, a pause stays`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let (slot, id) = (harness.machine.slot(of: 0), harness.submit(lane))
        _ = harness.starts()
        harness.finish(id, .errcode(45009))
        harness.machine.setPaused(true, app: 0, at: harness.now)
        harness.machine.renew(app: 0, at: harness.now)
        #expect(!harness.machine.isPresent(slot))
        #expect(harness.machine.gates[0].park == nil)
        #expect(harness.machine.apps[0].isPaused)
        harness.machine.setPaused(false, app: 0, at: harness.now)
        #expect(harness.starts().isEmpty)
        harness.machine.setToken(.ready, app: 0, at: harness.now)
        // WeChat's word had emptied the bucket.
        harness.advance(.seconds(1))
        #expect(harness.starts() == [id])
    }

    /// What WeChat says about credentials that are no more.
    @Test(arguments: [40001, 48001, 50002, 45009, 45011])
    func `an answer to old credentials stops nothing, and its message goes again`(_ code: Int) {
        var harness = MachineHarness()
        let lane = harness.lane()
        for _ in 0..<3 {
            let id = harness.submit(lane)
            #expect(harness.starts().contains(id))
            var evidence = AttemptEvidence(fingerprint: id.rawValue)
            evidence.isOutdated = true
            let result = harness.machine.complete(
                id,
                with: .errcode(code),
                evidence: evidence,
                at: harness.now,
                using: &harness.generator
            )
            #expect(result?.job.countedAttempts == 0)
            #expect(harness.starts() == [id])
            harness.finish(id, .ok)
        }
        #expect(harness.machine.apps[0].hold == nil && harness.machine.gates[0].hold == nil)
        #expect(harness.machine.gates[0].park == nil)
    }
}

extension MachineHarness {
    /// A job that waits in a lane.
    func waitingID(in lane: LaneID) -> JobID? {
        machine.queue.head(of: lane, at: machine.clock.present(now).steady)?.id
    }
}
