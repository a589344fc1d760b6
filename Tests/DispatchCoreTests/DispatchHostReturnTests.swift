import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// When they go back, and what operators and reloads have to say.
@Suite struct DispatchHostReturnTests {
    @Test func `the first host is asked after 5 s, then less often, and all calls go back when it answers`() {
        var harness = SampleHosts.harness()
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
            harness.machine.answered(host: SampleHosts.first, isWell: false, at: harness.now)
        }
        #expect(pauses == [.seconds(5), .seconds(10), .seconds(20), .seconds(40), .seconds(60), .seconds(60)])
        #expect(harness.sendOne() == SampleHosts.second)
        harness.advance(.seconds(60))
        #expect(harness.question() == SampleHosts.first)
        harness.machine.answered(host: SampleHosts.first, isWell: true, at: harness.now)
        #expect(harness.machine.takeHostMoves().map(\.isReturn) == [true])
        #expect(harness.machine.takeTransitions().map(\.transition.to).last == .closed)
        #expect(harness.sendOne() == SampleHosts.first)
        #expect(harness.hosts.map(\.isInUse) == [true, false])
        harness.advance(.seconds(3600))
        #expect(harness.question() == nil && harness.machine.hostChecks.isEmpty)
    }

    @Test func `after the return one failure is enough, and the next return comes later`() {
        var harness = SampleHosts.harness()
        var pauses: [Duration] = []
        for _ in 0..<9 {
            let id = harness.submit(harness.lane(), retryClass: MachineHarness.asynchronous)
            _ = harness.starts()
            // No connection failed: it answers questions, and fails calls.
            if pauses.isEmpty { harness.fail(id, .connect) } else { harness.finish(id, .unsent) }
            _ = harness.machine.cancel(id)
            #expect(harness.machine.takeHostMoves().map(\.to) == [SampleHosts.second])
            let since = harness.now.instant
            while harness.question() == nil, harness.now.instant - since < .seconds(600) {
                harness.advance(.seconds(1))
            }
            pauses.append(harness.now.instant - since)
            harness.machine.answered(host: SampleHosts.first, isWell: true, at: harness.now)
            _ = harness.machine.takeHostMoves()
        }
        #expect(pauses.map(\.inSeconds) == [5, 10, 20, 40, 80, 160, 300, 300, 300])
    }

    @Test func `an operator's word about a breaker moves nothing, and is not undone`() throws {
        var harness = SampleHosts.harness()
        let lane = harness.lane()
        let breaker = harness.machine.gates[lane.gate].breaker
        _ = harness.machine.force(.open, breaker: breaker, at: harness.now)
        harness.submit(lane)
        #expect(harness.starts().isEmpty && harness.machine.takeHostMoves().isEmpty)
        _ = harness.machine.force(.close, breaker: breaker, at: harness.now)
        for _ in 0..<30 { harness.send(lane, .unsent, retryClass: MachineHarness.asynchronous) }
        #expect(harness.machine.takeHostMoves().isEmpty)
    }

    @Test func `an app that leaves while its calls go elsewhere returns to its first host`() throws {
        var harness = SampleHosts.harness()
        let id = harness.submit(harness.lane())
        _ = harness.starts()
        harness.fail(id, .connect)
        harness.machine.dismiss(app: 0, at: harness.now)
        #expect(harness.machine.detoured.isEmpty)
        harness.machine.welcome(app: 0, needsToken: false, at: harness.now)
        let route = SampleHosts.route([SampleHosts.first, SampleHosts.second])
        harness.machine.update(app: 0, route: route, at: harness.now)
        harness.advance(.seconds(2))
        #expect(try harness.startedAt(id) == SampleHosts.first)
    }

    @Test func `a host is asked once, however many apps have left it, and all of them go back`() {
        var harness = SampleHosts.harness()
        let apps = (0..<500).map { harness.addApp("app-\($0)") }
        let api = APICatalog.descriptor(method: "POST", path: Path.template)
        for app in apps {
            let lane = harness.machine.lane(api, of: app, isDurable: true, at: harness.now.instant)
            let id = harness.submit(lane, retryClass: MachineHarness.asynchronous)
            _ = harness.starts()
            harness.fail(id, .connect)
        }
        #expect(harness.machine.detoured.count == 500)
        harness.advance(.seconds(5))
        #expect(harness.machine.lookAfterHosts(limit: 10, at: harness.now) == [SampleHosts.first])
        harness.machine.answered(host: SampleHosts.first, isWell: true, at: harness.now)
        // In steps, as each look is made under one lock.
        #expect(harness.machine.detoured.count == 300)
        for _ in 0..<2 { #expect(harness.question() == nil) }
        #expect(harness.machine.detoured.isEmpty)
    }

    @Test func `a host whose breaker opened once is used again when its time is over`() throws {
        var harness = SampleHosts.harness()
        harness.sicken()
        harness.sicken()
        #expect(harness.hosts.map(\.breaker) == [.open, .open])
        harness.advance(.seconds(6))
        #expect(harness.question() == SampleHosts.first)
        harness.machine.answered(host: SampleHosts.first, isWell: true, at: harness.now)
        #expect(harness.sendOne() == SampleHosts.first)
        harness.advance(.seconds(3600))
        harness.sicken()
        #expect(harness.hosts.map(\.isInUse) == [false, true])
        // As the probe of its breaker.
        #expect(harness.sendOne() == SampleHosts.second)
    }

    @Test func `a breaker without calls can be forced, and is shown until it is left to itself`() throws {
        var harness = SampleHosts.harness()
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
        var harness = SampleHosts.harness()
        harness.sicken()
        let breaker = harness.machine.gates[harness.lane().gate].breaker
        _ = harness.machine.force(.close, breaker: breaker, at: harness.now)
        harness.advance(.seconds(5))
        #expect(harness.question() == SampleHosts.first)
        harness.machine.answered(host: SampleHosts.first, isWell: true, at: harness.now)
        #expect(harness.sendOne() == SampleHosts.second)
        _ = harness.machine.force(.auto, breaker: breaker, at: harness.now)
        #expect(harness.question() == nil)
        #expect(harness.sendOne() == SampleHosts.first)
    }

    @Test func `another app's failure after a return does not count for those that never left`() throws {
        var harness = SampleHosts.harness()
        let other = harness.addApp("other")
        let id = harness.submit(harness.lane())
        _ = harness.starts()
        harness.fail(id, .connect)
        harness.advance(.seconds(5))
        _ = harness.question()
        harness.machine.answered(host: SampleHosts.first, isWell: true, at: harness.now)
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
}
