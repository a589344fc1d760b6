import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// An app with several hosts.
@Suite struct DispatchHostTests {
    private static let (first, second, third) = ("https://one.example", "https://two.example", "https://three.example")

    private static func route(_ hosts: [String]) -> AppRoute {
        AppRoute(hosts: hosts, limits: AppLimits(others: .wide))
    }

    private static func harness(_ hosts: [String] = [first, second]) -> MachineHarness {
        var harness = MachineHarness()
        harness.machine.update(app: 0, route: route(hosts), at: harness.now)
        return harness
    }

    @Test func `what could not be connected goes to the next host at once, with the same id`() throws {
        var harness = DispatchHostTests.harness()
        let id = harness.submit(harness.lane())
        #expect(try harness.startedAt(id) == DispatchHostTests.first)
        harness.fail(id, .connect)
        harness.advance(.seconds(2))
        #expect(try harness.startedAt(id) == DispatchHostTests.second)
        harness.finish(id, .ok)
        #expect(harness.sendOne() == DispatchHostTests.second)
        let move = HostMove(
            app: "main",
            group: "message",
            from: DispatchHostTests.first,
            to: DispatchHostTests.second,
            isReturn: false
        )
        #expect(harness.machine.takeHostMoves() == [move])
        #expect(harness.machine.takeHostMoves().isEmpty)
    }

    @Test func `a breaker that opens sends the calls to the next host instead of holding them`() {
        var harness = DispatchHostTests.harness()
        harness.sicken()
        #expect(harness.machine.takeHostMoves().map(\.to) == [DispatchHostTests.second])
        #expect(harness.hosts.map(\.breaker) == [.open, .closed] && harness.hosts.map(\.isInUse) == [false, true])
    }

    @Test func `while a call hangs and no other is answered, those that come go to the next host`() throws {
        var harness = DispatchHostTests.harness()
        let lane = harness.lane()
        harness.submit(lane)
        #expect(harness.starts().count == 1)
        for _ in 0..<2 {
            harness.advance(.milliseconds(500))
            #expect(try harness.startedAt(harness.submit(lane)) == DispatchHostTests.first)
        }
        harness.advance(.milliseconds(500))
        #expect(try harness.startedAt(harness.submit(lane)) == DispatchHostTests.second)
    }

    @Test func `a relayed call that hangs at a host that was left is repeated at the other in the middle of its time`()
        throws
    {
        var harness = DispatchHostTests.harness()
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
        #expect(try harness.startedAt(id) == DispatchHostTests.second)
    }

    @Test func `one call that hangs while others are answered is its own affair`() throws {
        var harness = DispatchHostTests.harness()
        let lane = harness.lane()
        harness.submit(lane)
        #expect(harness.starts().count == 1)
        for _ in 0..<8 {
            harness.advance(.milliseconds(500))
            #expect(harness.sendOne() == DispatchHostTests.first)
        }
    }

    @Test func `an api that is always slow, and transfers, may take their time`() throws {
        var harness = DispatchHostTests.harness()
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
        var harness = DispatchHostTests.harness()
        let lane = harness.lane()
        for result in [Classification.lost, .lost, .ok, .lost, .lost] { harness.send(lane, result, retryClass: 0) }
        #expect(harness.machine.takeHostMoves().isEmpty)
        harness.send(lane, .lost, retryClass: 0)
        #expect(harness.machine.takeHostMoves().map(\.to) == [DispatchHostTests.second])
    }

    @Test func `other groups of apis and other apps stay where they are`() throws {
        var harness = DispatchHostTests.harness()
        let other = harness.machine.addApp(
            "other",
            DispatchHostTests.route([DispatchHostTests.first, DispatchHostTests.second]),
            needsToken: false,
            at: harness.now.instant
        )
        let id = harness.submit(harness.lane())
        _ = harness.starts()
        harness.fail(id, .connect)
        let user = harness.submit(harness.lane("/cgi-bin/user/info"))
        #expect(try harness.startedAt(user) == DispatchHostTests.first)
        let elsewhere = harness.machine.lane(
            APICatalog.descriptor(method: "POST", path: Path.template),
            of: other,
            isDurable: true,
            at: harness.now.instant
        )
        #expect(try harness.startedAt(harness.submit(elsewhere)) == DispatchHostTests.first)
    }

    @Test func `a failure that arrives late says nothing about the host that is in use by now`() throws {
        var harness = DispatchHostTests.harness([
            DispatchHostTests.first, DispatchHostTests.second, DispatchHostTests.third,
        ])
        let ids = (0..<3).map { _ in harness.submit(harness.lane()) }
        #expect(harness.starts() == ids)
        for id in ids { harness.fail(id, .connect) }
        #expect(harness.machine.takeHostMoves().map(\.to) == [DispatchHostTests.second])
    }

    @Test func `where the second fails, too, the third is next, and the first only when nothing else is left`() {
        var harness = DispatchHostTests.harness([
            DispatchHostTests.first, DispatchHostTests.second, DispatchHostTests.third,
        ])
        for _ in 0..<4 {
            let id = harness.submit(harness.lane(), retryClass: MachineHarness.asynchronous)
            _ = harness.starts()
            harness.fail(id, .connect)
        }
        let (second, third) = (DispatchHostTests.second, DispatchHostTests.third)
        #expect(harness.machine.takeHostMoves().map(\.to) == [second, third, second, third])
    }

    @Test func `with two hosts one failure at the second does not lead back to the first, an open breaker does`() {
        var harness = DispatchHostTests.harness()
        let lane = harness.lane()
        for _ in 0..<2 {
            let id = harness.submit(lane, retryClass: MachineHarness.asynchronous)
            _ = harness.starts()
            harness.fail(id, .connect)
        }
        #expect(harness.machine.takeHostMoves().map(\.to) == [DispatchHostTests.second])
        harness.breakBreaker(lane)
        let moves = harness.machine.takeHostMoves()
        #expect(moves.first?.to == DispatchHostTests.first && moves.first?.isReturn == false)
        // When that one's breaker is open, too, everything waits as with one host.
        #expect(moves.count == 1 && harness.breaker(lane).state == .open)
        let waiting = harness.submit(lane)
        #expect(harness.starts().isEmpty)
        #expect(harness.machine.obstacle(of: waiting, at: harness.now)?.reason == .breakerOpen)
    }

    @Test func `the first host is asked after 5 s, then less often, and all calls go back when it answers`() {
        var harness = DispatchHostTests.harness()
        harness.sicken()
        _ = harness.machine.takeHostMoves()
        var pauses: [Duration] = []
        for _ in 0..<6 {
            let since = harness.now.instant
            while harness.question() == nil, harness.now.instant - since < .seconds(600) {
                harness.advance(.seconds(1))
            }
            pauses.append(harness.now.instant - since)
            #expect(harness.question() == nil)
            harness.machine.answered(host: DispatchHostTests.first, isWell: false, at: harness.now)
        }
        #expect(pauses == [.seconds(5), .seconds(10), .seconds(20), .seconds(40), .seconds(60), .seconds(60)])
        #expect(harness.sendOne() == DispatchHostTests.second)
        harness.advance(.seconds(60))
        #expect(harness.question() == DispatchHostTests.first)
        harness.machine.answered(host: DispatchHostTests.first, isWell: true, at: harness.now)
        #expect(harness.machine.takeHostMoves().map(\.isReturn) == [true])
        #expect(harness.machine.takeTransitions().map(\.transition.to).last == .closed)
        #expect(harness.sendOne() == DispatchHostTests.first)
        #expect(harness.hosts.map(\.isInUse) == [true, false])
        harness.advance(.seconds(3600))
        #expect(harness.question() == nil && harness.machine.hostChecks.isEmpty)
    }

    @Test func `after the return one failure is enough, and the next return comes later`() {
        var harness = DispatchHostTests.harness()
        var pauses: [Duration] = []
        for _ in 0..<9 {
            let id = harness.submit(harness.lane(), retryClass: MachineHarness.asynchronous)
            _ = harness.starts()
            // No connection failed: it answers questions, and fails calls.
            if pauses.isEmpty { harness.fail(id, .connect) } else { harness.finish(id, .unsent) }
            _ = harness.machine.cancel(id)
            #expect(harness.machine.takeHostMoves().map(\.to) == [DispatchHostTests.second])
            let since = harness.now.instant
            while harness.question() == nil, harness.now.instant - since < .seconds(600) {
                harness.advance(.seconds(1))
            }
            pauses.append(harness.now.instant - since)
            harness.machine.answered(host: DispatchHostTests.first, isWell: true, at: harness.now)
            _ = harness.machine.takeHostMoves()
        }
        #expect(pauses.map(\.inSeconds) == [5, 10, 20, 40, 80, 160, 300, 300, 300])
    }

    @Test func `an operator's word about a breaker moves nothing, and is not undone`() throws {
        var harness = DispatchHostTests.harness()
        let lane = harness.lane()
        let breaker = harness.machine.gates[lane.gate].breaker
        _ = harness.machine.force(.open, breaker: breaker, at: harness.now)
        harness.submit(lane)
        #expect(harness.starts().isEmpty && harness.machine.takeHostMoves().isEmpty)
        _ = harness.machine.force(.close, breaker: breaker, at: harness.now)
        for _ in 0..<30 { harness.send(lane, .unsent, retryClass: MachineHarness.asynchronous) }
        #expect(harness.machine.takeHostMoves().isEmpty)
    }

    @Test func `a reload with the same hosts changes nothing, one with others begins anew`() {
        var harness = DispatchHostTests.harness()
        let id = harness.submit(harness.lane())
        _ = harness.starts()
        harness.fail(id, .connect)
        var route = DispatchHostTests.route([DispatchHostTests.first, DispatchHostTests.second])
        harness.machine.update(app: 0, route: route, at: harness.now)
        #expect(harness.sendOne() == DispatchHostTests.second)
        route = DispatchHostTests.route([DispatchHostTests.third, DispatchHostTests.second])
        harness.machine.update(app: 0, route: route, at: harness.now)
        #expect(harness.sendOne() == DispatchHostTests.third)
        harness.advance(.seconds(10))
        #expect(harness.question() == nil)
        harness.machine.answered(host: DispatchHostTests.first, isWell: true, at: harness.now)
        #expect(harness.sendOne() == DispatchHostTests.third)
    }

    @Test func `an app that leaves while its calls go elsewhere returns to its first host`() throws {
        var harness = DispatchHostTests.harness()
        let id = harness.submit(harness.lane())
        _ = harness.starts()
        harness.fail(id, .connect)
        harness.machine.dismiss(app: 0, at: harness.now)
        #expect(harness.machine.detoured.isEmpty)
        harness.machine.welcome(app: 0, needsToken: false, at: harness.now)
        let route = DispatchHostTests.route([DispatchHostTests.first, DispatchHostTests.second])
        harness.machine.update(app: 0, route: route, at: harness.now)
        harness.advance(.seconds(2))
        #expect(try harness.startedAt(id) == DispatchHostTests.first)
    }

    @Test func `a host is asked once, however many apps have left it, and all of them go back`() {
        var harness = DispatchHostTests.harness()
        let apps = (0..<500).map { number in
            harness.machine.addApp(
                "app-\(number)",
                DispatchHostTests.route([DispatchHostTests.first, DispatchHostTests.second]),
                needsToken: false,
                at: harness.now.instant
            )
        }
        let api = APICatalog.descriptor(method: "POST", path: Path.template)
        for app in apps {
            let lane = harness.machine.lane(api, of: app, isDurable: true, at: harness.now.instant)
            let id = harness.submit(lane, retryClass: MachineHarness.asynchronous)
            _ = harness.starts()
            harness.fail(id, .connect)
        }
        #expect(harness.machine.detoured.count == 500)
        harness.advance(.seconds(5))
        #expect(harness.machine.lookAfterHosts(limit: 10, at: harness.now) == [DispatchHostTests.first])
        harness.machine.answered(host: DispatchHostTests.first, isWell: true, at: harness.now)
        // In steps, as each look is made under one lock.
        #expect(harness.machine.detoured.count == 300)
        for _ in 0..<2 { #expect(harness.question() == nil) }
        #expect(harness.machine.detoured.isEmpty)
    }

    @Test func `a host whose breaker opened once is used again when its time is over`() throws {
        var harness = DispatchHostTests.harness()
        harness.sicken()
        harness.sicken()
        #expect(harness.hosts.map(\.breaker) == [.open, .open])
        harness.advance(.seconds(6))
        #expect(harness.question() == DispatchHostTests.first)
        harness.machine.answered(host: DispatchHostTests.first, isWell: true, at: harness.now)
        #expect(harness.sendOne() == DispatchHostTests.first)
        harness.advance(.seconds(3600))
        harness.sicken()
        #expect(harness.hosts.map(\.isInUse) == [false, true])
        // As the probe of its breaker.
        #expect(harness.sendOne() == DispatchHostTests.second)
    }

    @Test func `a breaker without calls can be forced, and is shown until it is left to itself`() throws {
        var harness = DispatchHostTests.harness()
        harness.sicken()
        let name = "main~one.example~message"
        let breaker = try #require(harness.machine.breaker(named: name))
        #expect(!harness.machine.breakers[breaker].isInUse)
        _ = harness.machine.force(.open, breaker: breaker, at: harness.now)
        #expect(harness.machine.snapshot(relayedWaiting: 0, at: harness.now).breakers.contains { $0.name == name })
        _ = harness.machine.force(.auto, breaker: breaker, at: harness.now)
        #expect(!harness.machine.snapshot(relayedWaiting: 0, at: harness.now).breakers.contains { $0.name == name })
    }

    @Test func `calls whose breaker an operator has set stay, and go back when it is left to itself`() throws {
        var harness = DispatchHostTests.harness()
        harness.sicken()
        let breaker = harness.machine.gates[harness.lane().gate].breaker
        _ = harness.machine.force(.close, breaker: breaker, at: harness.now)
        harness.advance(.seconds(5))
        #expect(harness.question() == DispatchHostTests.first)
        harness.machine.answered(host: DispatchHostTests.first, isWell: true, at: harness.now)
        #expect(harness.sendOne() == DispatchHostTests.second)
        _ = harness.machine.force(.auto, breaker: breaker, at: harness.now)
        #expect(harness.question() == nil)
        #expect(harness.sendOne() == DispatchHostTests.first)
    }

    @Test func `a message whose start is not on disk yet says nothing about the host`() throws {
        var harness = DispatchHostTests.harness()
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
        var harness = DispatchHostTests.harness()
        let lane = harness.lane()
        for _ in 0..<3 { harness.submit(lane) }
        #expect(harness.starts().count == 3)
        harness.advance(.seconds(3))
        _ = harness.starts()
        #expect(harness.machine.takeHostMoves().isEmpty)
    }

    @Test func `another app's failure after a return does not count for those that never left`() throws {
        var harness = DispatchHostTests.harness()
        let other = harness.machine.addApp(
            "other",
            DispatchHostTests.route([DispatchHostTests.first, DispatchHostTests.second]),
            needsToken: false,
            at: harness.now.instant
        )
        let id = harness.submit(harness.lane())
        _ = harness.starts()
        harness.fail(id, .connect)
        harness.advance(.seconds(5))
        _ = harness.question()
        harness.machine.answered(host: DispatchHostTests.first, isWell: true, at: harness.now)
        _ = harness.machine.takeHostMoves()
        let api = APICatalog.descriptor(method: "POST", path: Path.template)
        harness.send(
            harness.machine.lane(api, of: other, isDurable: true, at: harness.now.instant),
            .lost,
            retryClass: 0
        )
        // An answer comes from wherever WeChat is.
        harness.send(harness.lane(), .errcode(-1), retryClass: 0)
        #expect(harness.machine.takeHostMoves().isEmpty)
    }

    @Test func `an app with one host stays with it`() {
        var harness = DispatchHostTests.harness([DispatchHostTests.first])
        let lane = harness.lane()
        for _ in 0..<30 { harness.send(lane, .unsent, retryClass: MachineHarness.asynchronous) }
        #expect(harness.breaker(lane).state == .open)
        harness.advance(.seconds(60))
        #expect(harness.machine.takeHostMoves().isEmpty && harness.question() == nil)
        #expect(harness.hosts == [.init(name: DispatchHostTests.first, breaker: .open, isInUse: true)])
    }
}

extension MachineHarness {
    fileprivate var hosts: [DispatchSnapshot.Host] {
        machine.snapshot(relayedWaiting: 0, at: now).apps.first { $0.name == "main" }?.hosts ?? []
    }

    /// Where an attempt of a job goes that starts now.
    fileprivate mutating func startedAt(_ id: JobID) throws -> String {
        let leases = pump().compactMap { if case .start(let lease) = $0 { lease } else { nil } }
        for lease in leases { machine.leaves(lease.job.id, at: now.instant) }
        return machine.origin(of: try #require(leases.first { $0.job.id == id }))
    }

    /// Where a message went that was sent and accepted.
    fileprivate mutating func sendOne() -> String? {
        let id = submit(lane(limit: .wide))
        let origin = try? startedAt(id)
        finish(id, .ok)
        return origin
    }

    /// Two calls of three fail, until the breaker opens.
    fileprivate mutating func sicken() {
        let lane = lane()
        let circuit = machine.gates[lane.gate].breaker
        for number in 0..<30 where machine.breakers[circuit].circuit.state == .closed {
            send(lane, number % 3 == 2 ? .ok : .lost, marks: [])
        }
    }

    fileprivate mutating func fail(_ id: JobID, _ kind: TransportFailure.Kind) {
        _ = machine.complete(
            id,
            with: .unsent,
            evidence: AttemptEvidence(failure: kind),
            at: now,
            using: &generator
        )
    }

    fileprivate mutating func question() -> String? { machine.lookAfterHosts(limit: 10, at: now).first }
}
