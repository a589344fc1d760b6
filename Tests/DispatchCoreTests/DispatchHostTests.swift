import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// When the calls of an app with several hosts go to another one.
@Suite struct DispatchHostTests {
    @Test func `what could not be connected goes to the next host at once, with the same id`() throws {
        var harness = SampleHosts.harness()
        let id = harness.submit(harness.lane())
        #expect(try harness.startedAt(id) == SampleHosts.first)
        harness.fail(id, .connect)
        harness.advance(.seconds(2))
        #expect(try harness.startedAt(id) == SampleHosts.second)
        harness.finish(id, .ok)
        #expect(harness.sendOne() == SampleHosts.second)
        let move = HostMove(
            app: "main",
            group: "message",
            from: SampleHosts.first,
            to: SampleHosts.second,
            isReturn: false
        )
        #expect(harness.machine.takeHostMoves() == [move])
        #expect(harness.machine.takeHostMoves().isEmpty)
    }

    @Test func `a breaker that opens sends the calls to the next host instead of holding them`() {
        var harness = SampleHosts.harness()
        harness.sicken()
        #expect(harness.machine.takeHostMoves().map(\.to) == [SampleHosts.second])
        #expect(harness.hosts.map(\.breaker) == [.open, .closed] && harness.hosts.map(\.isInUse) == [false, true])
    }

    @Test func `while a call hangs and no other is answered, those that come go to the next host`() throws {
        var harness = SampleHosts.harness()
        let lane = harness.lane()
        harness.submit(lane)
        #expect(harness.starts().count == 1)
        for _ in 0..<2 {
            harness.advance(.milliseconds(500))
            #expect(try harness.startedAt(harness.submit(lane)) == SampleHosts.first)
        }
        harness.advance(.milliseconds(500))
        #expect(try harness.startedAt(harness.submit(lane)) == SampleHosts.second)
    }

    @Test func `a relayed call that hangs at a host that was left is repeated at the other in the middle of its time`()
        throws
    {
        var harness = SampleHosts.harness()
        let relayed = harness.lane(isDurable: false)
        harness.send(relayed, .ok, after: .milliseconds(100), marks: [.repeatable])
        let began = harness.now.instant
        let id = harness.submit(relayed, lifetime: .seconds(4), marks: [.repeatable])
        #expect(harness.starts() == [id])
        var hasGivenUp = false
        while !hasGivenUp, harness.now.instant < began + .seconds(4) {
            harness.advance(.milliseconds(500))
            hasGivenUp = harness.pump().contains { if case .giveUp(id) = $0 { true } else { false } }
        }
        #expect(hasGivenUp && harness.now.instant <= began + .milliseconds(2500))
        harness.fail(id, .cancelled)
        #expect(try harness.startedAt(id) == SampleHosts.second)
    }

    @Test func `one call that hangs while others are answered is its own affair`() throws {
        var harness = SampleHosts.harness()
        let lane = harness.lane()
        harness.submit(lane)
        #expect(harness.starts().count == 1)
        for _ in 0..<8 {
            harness.advance(.milliseconds(500))
            #expect(harness.sendOne() == SampleHosts.first)
        }
    }

    @Test func `an api that is always slow, and transfers, may take their time`() throws {
        var harness = SampleHosts.harness()
        let slow = harness.lane()
        for _ in 0..<5 { harness.send(slow, .ok, after: .seconds(1)) }
        harness.submit(slow)
        _ = harness.starts()
        let upload = harness.submit(harness.lane("/cgi-bin/media/upload", isDurable: false))
        _ = harness.starts()
        for _ in 0..<6 {
            harness.advance(.milliseconds(500))
            _ = harness.starts()
        }
        #expect(harness.machine.takeHostMoves().isEmpty)
        harness.finish(upload, .ok)
    }

    @Test func `three failures one after another are enough, two around a success are not`() {
        var harness = SampleHosts.harness()
        let lane = harness.lane()
        for result in [Classification.lost, .lost, .ok, .lost, .lost] { harness.send(lane, result, retryClass: 0) }
        #expect(harness.machine.takeHostMoves().isEmpty)
        harness.send(lane, .lost, retryClass: 0)
        #expect(harness.machine.takeHostMoves().map(\.to) == [SampleHosts.second])
    }

    @Test func `other groups of apis and other apps stay where they are`() throws {
        var harness = SampleHosts.harness()
        let other = harness.addApp("other")
        let id = harness.submit(harness.lane())
        _ = harness.starts()
        harness.fail(id, .connect)
        let user = harness.submit(harness.lane("/cgi-bin/user/info"))
        #expect(try harness.startedAt(user) == SampleHosts.first)
        let elsewhere = harness.machine.lane(
            APICatalog.descriptor(method: "POST", path: Path.template),
            of: other,
            isDurable: true,
            at: harness.now.instant
        )
        #expect(try harness.startedAt(harness.submit(elsewhere)) == SampleHosts.first)
    }

    @Test func `a failure that arrives late says nothing about the host that is in use by now`() throws {
        var harness = SampleHosts.harness([
            SampleHosts.first, SampleHosts.second, SampleHosts.third,
        ])
        let ids = (0..<3).map { _ in harness.submit(harness.lane()) }
        #expect(harness.starts() == ids)
        for id in ids { harness.fail(id, .connect) }
        #expect(harness.machine.takeHostMoves().map(\.to) == [SampleHosts.second])
    }

    @Test func `where the second fails, too, the third is next, and the first only when nothing else is left`() {
        var harness = SampleHosts.harness([
            SampleHosts.first, SampleHosts.second, SampleHosts.third,
        ])
        for _ in 0..<4 {
            let id = harness.submit(harness.lane(), retryClass: MachineHarness.asynchronous)
            _ = harness.starts()
            harness.fail(id, .connect)
        }
        let (second, third) = (SampleHosts.second, SampleHosts.third)
        #expect(harness.machine.takeHostMoves().map(\.to) == [second, third, second, third])
    }

    @Test func `with two hosts one failure at the second does not lead back to the first, an open breaker does`() {
        var harness = SampleHosts.harness()
        let lane = harness.lane()
        for _ in 0..<2 {
            let id = harness.submit(lane, retryClass: MachineHarness.asynchronous)
            _ = harness.starts()
            harness.fail(id, .connect)
        }
        #expect(harness.machine.takeHostMoves().map(\.to) == [SampleHosts.second])
        harness.breakBreaker(lane)
        let moves = harness.machine.takeHostMoves()
        #expect(moves.first?.to == SampleHosts.first && moves.first?.isReturn == false)
        // When that one's breaker is open, too, everything waits as with one host.
        #expect(moves.count == 1 && harness.breaker(lane).state == .open)
        let waiting = harness.submit(lane)
        #expect(harness.starts().isEmpty)
        #expect(harness.machine.obstacle(of: waiting, at: harness.now)?.reason == .breakerOpen)
    }

    @Test func `a reload with the same hosts changes nothing, one with others begins anew`() {
        var harness = SampleHosts.harness()
        let id = harness.submit(harness.lane())
        _ = harness.starts()
        harness.fail(id, .connect)
        var route = SampleHosts.route([SampleHosts.first, SampleHosts.second])
        harness.machine.update(app: 0, route: route, at: harness.now)
        #expect(harness.sendOne() == SampleHosts.second)
        route = SampleHosts.route([SampleHosts.third, SampleHosts.second])
        harness.machine.update(app: 0, route: route, at: harness.now)
        #expect(harness.sendOne() == SampleHosts.third)
        harness.advance(.seconds(10))
        #expect(harness.question() == nil)
        harness.machine.answered(host: SampleHosts.first, isWell: true, at: harness.now)
        #expect(harness.sendOne() == SampleHosts.third)
    }

    @Test func `a message whose start is not on disk yet says nothing about the host`() throws {
        var harness = SampleHosts.harness()
        let lane = harness.lane()
        for _ in 0..<3 { harness.submit(lane) }
        #expect(harness.starts(areSent: false).count == 3)
        for _ in 0..<6 {
            harness.advance(.milliseconds(500))
            _ = harness.starts()
        }
        #expect(harness.machine.takeHostMoves().isEmpty)
    }

    @Test func `a process that stood still says nothing about the host`() throws {
        var harness = SampleHosts.harness()
        let lane = harness.lane()
        for _ in 0..<3 { harness.submit(lane) }
        #expect(harness.starts().count == 3)
        harness.advance(.seconds(3))
        _ = harness.starts()
        #expect(harness.machine.takeHostMoves().isEmpty)
    }

    @Test func `an app with one host stays with it`() {
        var harness = SampleHosts.harness([SampleHosts.first])
        let lane = harness.lane()
        for _ in 0..<30 { harness.send(lane, .unsent, retryClass: MachineHarness.asynchronous) }
        #expect(harness.breaker(lane).state == .open)
        harness.advance(.seconds(60))
        #expect(harness.machine.takeHostMoves().isEmpty && harness.question() == nil)
        #expect(harness.hosts == [.init(name: SampleHosts.first, breaker: .open, isInUse: true)])
    }
}
