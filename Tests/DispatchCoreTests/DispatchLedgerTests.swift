import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import DispatchCore

/// What a machine leaves in the ledger, and what the next one makes of it.
@Suite struct DispatchLedgerTests {
    typealias Stopping = @Sendable (inout MachineHarness, LaneID) -> Void

    /// A name, what stops the lane, what its work then waits for, and the entry.
    static let stops: [(name: String, stop: Stopping, reason: Obstacle.Reason, entry: String)] = [
        ("a pause", { harness, _ in harness.machine.setPaused(true, app: 0, at: harness.now) }, .paused, "pause/main"),
        ("a held app", { harness, lane in harness.send(lane, .errcode(50002)) }, .account, "hold/main"),
        (
            "a held api", { harness, lane in harness.send(lane, .errcode(48001)) }, .account,
            "hold/main/\(Path.template)"
        ),
        (
            "a day's quota", { harness, lane in harness.send(lane, .errcode(45009)) }, .quotaExhausted,
            "park/main/\(Path.template)"
        ),
        (
            "a minute's quota", { harness, lane in harness.send(lane, .errcode(45011)) }, .throttled,
            "park/main/\(Path.template)"
        ),
        (
            "a wait of seconds", { harness, lane in harness.send(lane, .errcode(42010)) }, .throttled,
            "park/main/\(Path.template)"
        ),
        (
            "a forced breaker",
            { harness, _ in _ = harness.machine.force(.open, breaker: 0, at: harness.now) }, .breakerOpen,
            "breaker/main/message/https://api.weixin.qq.com"
        ),
    ]

    private func stopped(_ index: Int) -> (harness: MachineHarness, lane: LaneID) {
        var harness = MachineHarness(at: MachineHarness.noon + .seconds(10))
        let lane = harness.lane()
        DispatchLedgerTests.stops[index].stop(&harness, lane)
        return (harness, lane)
    }

    @Test(arguments: stops.indices)
    func `what was stopped is stopped for the next machine, as long and for the same reason`(index: Int) throws {
        let (left, lane) = stopped(index)
        var harness = left
        let ledger = harness.writtenLedger()
        #expect(ledger.map(\.name) == [DispatchLedgerTests.stops[index].entry])
        let before = try #require(harness.machine.obstacle(of: lane, at: harness.now))
        #expect(before.reason == DispatchLedgerTests.stops[index].reason)

        var next = harness.next(after: .seconds(5), ledger)
        let id = next.submit(next.lane())
        #expect(next.starts().isEmpty)
        let again = next.lane()
        let after = try #require(next.machine.obstacle(of: again, at: next.now))
        #expect(after.reason == before.reason)
        #expect(after.until.map { $0.milliseconds / 100 } == before.until.map { $0.milliseconds / 100 })
        // Nothing has changed: nothing is written.
        #expect(next.machine.takeLedgerWrites(at: next.now).all.isEmpty)
        guard let until = after.until else { return }
        next.advance(until - next.now.timestamp + .milliseconds(1))
        #expect(next.starts() == [id])
    }

    @Test(arguments: stops.indices)
    func `what an operator ends is erased, and so is what ended by itself`(index: Int) {
        let (left, lane) = stopped(index)
        var harness = left
        #expect(harness.writtenLedger().count == 1)
        harness.machine.setPaused(false, app: 0, at: harness.now)
        _ = harness.machine.force(.close, breaker: 0, at: harness.now)
        _ = harness.machine.force(.auto, breaker: 0, at: harness.now)
        #expect(harness.writtenLedger().isEmpty)
        // A quota's end drains the limiter, too.
        harness.advance(.seconds(1))
        harness.submit(lane)
        #expect(!harness.starts().isEmpty)
    }

    @Test func `a probe that is accepted ends the hold in the ledger, too, also over a restart`() throws {
        var (harness, _) = stopped(2)
        for wait in [60, 120, 240] {
            harness.advance(.seconds(wait))
            let probe = try #require(harness.starts().first)
            harness.finish(probe, .errcode(48001))
        }
        let ledger = harness.writtenLedger()
        var next = harness.next(after: .seconds(1), ledger)
        let (first, second) = (next.submit(next.lane()), next.submit(next.lane()))
        next.advance(.seconds(298))
        #expect(next.starts().isEmpty)
        next.advance(.seconds(1))
        #expect(next.starts() == [first])
        next.finish(first, .errcode(48001))
        // It had been refused four times: the wait is the longest already.
        #expect(next.machine.gates[0].hold?.until == next.now.instant + .seconds(300))
        #expect(next.machine.gates[0].hold?.cause.since == MachineHarness.noon + .seconds(10))
        next.advance(.seconds(300))
        let probe = try #require(next.starts().first)
        next.finish(probe, .ok)
        #expect(next.writtenLedger().isEmpty)
        #expect(next.starts() == [first, second].filter { $0 != probe })
    }

    @Test func `a breaker that had opened comes back half-open, and opens for longer if its probes fail`() {
        var harness = MachineHarness { $0.breaker.jitter = 0 }
        let lane = harness.lane()
        harness.breakBreaker(lane)
        harness.advance(.seconds(10))
        for id in harness.starts() { harness.finish(id, .unsent) }
        #expect(harness.breaker(lane).openings == 2)

        let ledger = harness.writtenLedger()
        var next = harness.next(after: .seconds(1), ledger) { $0.breaker.jitter = 0 }
        let again = next.lane()
        #expect(next.breaker(again).state == .halfOpen)
        for _ in 0..<10 { next.submit(again) }
        let probes = next.starts()
        #expect(probes.count == 3)
        next.finish(probes[0], .unsent)
        #expect(next.breaker(again).state == .open)
        #expect(next.breaker(again).retryAfter(at: next.now.instant) == .seconds(40))
        #expect(next.machine.breakers[0].cause?.why == "failure_rate")
        #expect(next.machine.breakers[0].cause?.since == MachineHarness.noon)
        next.advance(.seconds(40))
        for id in next.starts() { next.finish(id, .ok) }
        #expect(next.breaker(again).state == .closed)
        #expect(next.writtenLedger().isEmpty)
    }

    @Test(arguments: [BreakerMode.open, .close])
    func `a forced breaker stays forced, and goes its own way when it is given back`(mode: BreakerMode) {
        var harness = MachineHarness()
        _ = harness.lane()
        _ = harness.machine.force(mode, breaker: 0, because: "moving house", at: harness.now)
        let ledger = harness.writtenLedger()
        var next = harness.next(after: .seconds(3600), ledger)
        let lane = next.lane()
        #expect(next.breaker(lane).mode == mode)
        #expect(next.breaker(lane).state == (mode == .open ? .open : .closed))
        #expect(next.machine.breakers[0].cause == Cause("moving house", since: MachineHarness.noon))
        _ = next.machine.force(.auto, breaker: 0, at: next.now)
        // Open until a probe has succeeded: the next process must not take it for closed.
        let left = next.writtenLedger()
        #expect(left.count == (mode == .open ? 1 : 0))
        var third = next.next(after: .seconds(1), left)
        let last = third.lane()
        #expect(third.breaker(last).state == (mode == .open ? .halfOpen : .closed))
        #expect(third.breaker(last).mode == .auto)
    }

    @Test func `a park of one unknown path outlives the process, and the other paths stay open`() {
        var harness = MachineHarness()
        let lane = harness.lane("/brand/new", isDurable: false)
        let id = harness.submit(lane, lifetime: .seconds(4))
        #expect(harness.starts() == [id])
        let evidence = AttemptEvidence(path: "/brand/new", usedToken: true)
        _ = harness.machine
            .complete(id, with: .errcode(45009), evidence: evidence, at: harness.now, using: &harness.generator)
        let ledger = harness.writtenLedger()
        #expect(ledger.map(\.name) == ["path/main//brand/new"])
        var next = harness.next(after: .seconds(5), ledger)
        let now = SteadyClock().present(next.now)
        #expect(next.machine.pathParks.obstacle(of: "/brand/new", app: 0, at: now)?.reason == .quotaExhausted)
        #expect(next.machine.pathParks.obstacle(of: "/brand/old", app: 0, at: now) == nil)
        next.machine.setPaused(false, app: 0, at: next.now)
        #expect(next.writtenLedger().isEmpty)
    }

    // MARK: Clocks

    /// What stops the lane, how the wall clock was set over the restart, and how long it is closed for the next
    /// machine: nil for good.
    static let clocks: [(stop: Int, step: Duration, wait: Duration?)] = [
        (0, .seconds(-86_400), nil), (0, .seconds(86_400 * 3), nil),
        (6, .seconds(-86_400), nil), (6, .seconds(86_400 * 3), nil),
        // A hold and a wait of seconds are never longer than they were.
        (1, .seconds(-86_400), .seconds(60)), (1, .seconds(86_400), .zero), (1, .seconds(-30), .seconds(60)),
        (2, .seconds(-86_400), .seconds(60)), (2, .seconds(30), .seconds(30)),
        (5, .seconds(-86_400), .seconds(60)), (5, .seconds(86_400), .zero), (5, .seconds(20), .seconds(40)),
        // WeChat's days and minutes begin by the clock that is right now: 12:00:10 was the time.
        (3, .seconds(-7_200), .seconds(14 * 3600 - 10)), (3, .seconds(7_200), .seconds(10 * 3600 - 10)),
        (3, .seconds(-86_400), .seconds(12 * 3600 - 10)), (3, .seconds(86_400), .zero),
        (3, .seconds(-86_400 * 3650), .seconds(12 * 3600 - 10)),
        (4, .seconds(-3_600), .seconds(50)), (4, .seconds(60), .zero), (4, .seconds(20), .seconds(30)),
    ]

    @Test(arguments: clocks.indices)
    func `a clock that was set over the restart makes no wait longer than it was`(index: Int) {
        let (stop, step, wait) = DispatchLedgerTests.clocks[index]
        var (harness, _) = stopped(stop)
        let ledger = harness.writtenLedger()
        var next = harness.next(after: step, ledger)
        let id = next.submit(next.lane())
        guard let wait else {
            next.advance(.seconds(86_400 * 30))
            #expect(next.starts().isEmpty)
            return
        }
        if wait > .zero {
            next.advance(wait - .milliseconds(2))
            #expect(next.starts().isEmpty)
            next.advance(.milliseconds(2))
        }
        #expect(next.starts() == [id])
    }

    @Test func `what time has ended meanwhile is erased at the next start`() {
        var (harness, _) = stopped(5)
        let ledger = harness.writtenLedger()
        var next = harness.next(after: .seconds(61), ledger)
        #expect(next.machine.takeLedgerWrites(at: next.now).all.map(\.summary) == ["forget \(ledger[0].name)"])
        #expect(next.machine.ledger.count == 0)
    }

    // MARK: Apps and hosts

    @Test func `what an app was stopped for waits until the app returns`() {
        var (harness, _) = stopped(2)
        harness.machine.setPaused(true, app: 0, at: harness.now)
        let ledger = harness.writtenLedger()
        var next = MachineHarness(at: harness.now.timestamp)
        next.machine = DispatchMachine(next.machine.policy)
        _ = next.machine.addApp("other", needsToken: false, at: next.now.instant)
        _ = next.machine.takeBack(ledger, at: next.now)
        let bystander = next.submit(next.lane())
        #expect(next.starts() == [bystander])
        #expect(next.machine.takeLedgerWrites(at: next.now).all.isEmpty)
        #expect(next.machine.ledger.count == ledger.count)
        let app = next.machine.addApp("main", needsToken: false, at: next.now.instant)
        #expect(next.machine.apps[app].isPaused)
        #expect(!next.machine.apps[0].isPaused)
        next.submit(next.lane(app: app))
        #expect(next.starts().isEmpty)
    }

    // MARK: Writing

    @Test func `many refusals of the same time are one write`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        for _ in 0..<50 { harness.submit(lane) }
        var writes: [String] = []
        for id in harness.starts() {
            harness.finish(id, .errcode(42010), after: .milliseconds(1))
            writes += harness.machine.takeLedgerWrites(at: harness.now).all.map(\.summary)
        }
        #expect(writes == ["remember park/main/\(Path.template)"])
    }

    @Test func `while the journal can't be written nothing is given out, and then all of it`() {
        var harness = MachineHarness()
        _ = harness.lane()
        harness.machine.journalIsWritable = false
        harness.machine.setPaused(true, app: 0, at: harness.now)
        _ = harness.machine.force(.open, breaker: 0, at: harness.now)
        #expect(harness.machine.takeLedgerWrites(at: harness.now).all.isEmpty)
        harness.machine.journalIsWritable = true
        let writes = harness.machine.takeLedgerWrites(at: harness.now)
        let both = ["remember breaker/main/message/https://api.weixin.qq.com", "remember pause/main"]
        #expect(writes.all.map(\.summary) == both)
        #expect(harness.machine.takeLedgerWrites(at: harness.now).all.isEmpty)

        // They failed: what is so by then is given out again, also where it had been so all along.
        harness.machine.ledgerWasNotWritten(writes)
        #expect(harness.machine.takeLedgerWrites(at: harness.now).all.map(\.summary).contains(both[1]))
        harness.machine.setPaused(false, app: 0, at: harness.now)
        let erased = harness.machine.takeLedgerWrites(at: harness.now)
        #expect(erased.all.map(\.summary) == ["forget pause/main"])
        harness.machine.ledgerWasNotWritten(erased)
        #expect(harness.machine.takeLedgerWrites(at: harness.now).all.map(\.summary).contains("forget pause/main"))
    }
}

extension MachineHarness {
    /// What the ledger has after everything so far was written.
    mutating func writtenLedger() -> [LedgerEntry] {
        let writes = machine.takeLedgerWrites(at: now).all
        if !writes.isEmpty { machine.ledgerWasWritten() }
        for write in writes {
            switch write {
            case .remember(let entry): ledger[entry.name] = entry
            case .forget(let name): ledger[name] = nil
            case .accept, .start, .settle, .conclude, .collapse, .redrive, .receive, .match, .suppress, .count, .lift,
                .shed, .deliver, .settleDelivery, .audit, .erase:
                Issue.record("\(write.summary)")
            }
        }
        return ledger.values.sorted { $0.name < $1.name }
    }

    /// The machine of the next process, which has the ledger: so much later by the wall clock.
    func next(
        after pause: Duration,
        _ entries: [LedgerEntry],
        _ change: (inout DispatchPolicy) -> Void = { _ in }
    ) -> MachineHarness {
        var next = MachineHarness(at: now.timestamp + pause, change)
        for entry in entries { next.ledger[entry.name] = entry }
        _ = next.machine.takeBack(entries, at: next.now)
        return next
    }
}
