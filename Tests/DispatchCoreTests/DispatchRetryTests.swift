import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// Retry classes, the budget, and what an unknown outcome forbids.
@Suite struct DispatchRetryTests {
    /// Drives one message through failures until it ends, and returns the delays before each attempt.
    private func delays(
        _ harness: inout MachineHarness,
        _ id: JobID,
        _ result: Classification
    ) -> (delays: [Duration], fast: Int, end: JobState?) {
        var (delays, fast) = ([Duration](), 0)
        for _ in 0..<60 {
            guard harness.starts() == [id], let done = harness.finish(id, result) else { return (delays, fast, nil) }
            switch done.disposition {
            case .ended(let state): return (delays, fast, state)
            case .retry(let due, let isFast, _):
                let wait = due - harness.now.timestamp
                delays.append(wait)
                fast += isFast ? 1 : 0
                harness.advance(wait)
            case .waiting, .pausing, .tokenRetry: return (delays, fast, nil)
            }
        }
        return (delays, fast, nil)
    }

    @Test(arguments: [
        (MachineHarness.consistent, 2, [15, 60, 300, 300], JobState.dead),
        (MachineHarness.available, 4, [60, 300, 1800, 1800, 1800], JobState.dead),
    ])
    func `fast attempts come first, then the ladder until the class's age`(
        _ retryClass: UInt8,
        _ fast: Int,
        _ ladder: [Int],
        _ end: JobState
    ) {
        var harness = MachineHarness { $0.breaker.minimumCalls = 1000 }
        let id = harness.submit(harness.lane(), retryClass: retryClass)
        let run = delays(&harness, id, .errcode(-1))
        #expect(run.fast == fast)
        #expect(run.end == end)
        let steps = run.delays.dropFirst(fast).map { Int($0.inSeconds.rounded()) }
        #expect(steps == ladder)
        #expect(harness.machine.queue.count == 0)
    }

    @Test func `a message of the class async is repeated until it expires`() {
        var harness = MachineHarness { $0.breaker.minimumCalls = 1000 }
        let id = harness.submit(
            harness.lane(),
            retryClass: MachineHarness.asynchronous,
            lifetime: .seconds(3 * 86_400)
        )
        let run = delays(&harness, id, .unsent)
        #expect(run.fast == 0)
        #expect(run.end == nil)
        let steps = run.delays.map(\.inSeconds)
        #expect(steps.count > 7)
        for (step, expected) in zip(steps, [5.0, 60, 300, 1800, 7200, 21_600, 21_600]) {
            #expect(abs(step - expected) <= expected * 0.2 + 0.001)
        }
        #expect(harness.machine.queue.count == 0)
    }

    @Test func `a relayed call has the fast attempts alone, inside its deadline`() {
        var harness = MachineHarness { $0.breaker.minimumCalls = 1000 }
        let lane = harness.lane(isDurable: false)
        let id = harness.submit(lane, lifetime: .seconds(300), marks: [.repeatable])
        let run = delays(&harness, id, .unsent)
        #expect(run.delays.count == 4)
        #expect(run.end == .dead)
        let short = harness.submit(lane, lifetime: .milliseconds(1), marks: [.repeatable])
        #expect(harness.starts() == [short])
        guard case .ended = harness.finish(short, .unsent)?.disposition else {
            Issue.record("repeated after its deadline")
            return
        }
    }

    @Test func `a spent budget delays a message's retry and never ends it`() {
        var harness = MachineHarness { $0.breaker.minimumCalls = 100_000 }
        let lane = harness.lane()
        let ids = (0..<150).map { _ in harness.submit(lane) }
        #expect(Set(harness.starts()) == Set(ids))
        var (costs, longest) = ([RetryCost](), Duration.zero)
        for id in ids {
            guard case .retry(let due, _, let cost) = harness.finish(id, .errcode(-1))?.disposition else {
                Issue.record("the budget ended a message")
                return
            }
            costs.append(cost)
            guard case .deferred(let delay) = cost else { continue }
            longest = max(longest, delay)
            #expect(due >= harness.now.timestamp + delay)
        }
        // 20 % of 150 calls and a floor of ten are paid at once.
        #expect(costs == Array(repeating: .paid, count: 40) + costs.dropFirst(40).filter { $0 != .paid })
        #expect(costs.count == 150)
        // The last of 110 that wait for ten a second.
        #expect(longest > .seconds(8))
        #expect(harness.machine.queue.count == 150)
    }

    @Test func `retries that the budget can't pay for leave no faster than it earns`() {
        var harness = MachineHarness { $0.breaker.minimumCalls = 100_000 }
        let lane = harness.lane()
        let ids = (0..<150).map { _ in harness.submit(lane, retryClass: MachineHarness.available) }
        _ = harness.starts()
        for id in ids { harness.finish(id, .errcode(-1)) }
        var repeats = 0
        for _ in 0..<20 {
            harness.advance(.milliseconds(100))
            repeats += harness.starts().count
        }
        // 20 % of 150 calls, a floor of ten and ten a second for two seconds.
        #expect((30 + 10...30 + 10 + 20).contains(repeats))
    }

    @Test func `a relayed call whose retry the budget can't pay for ends`() {
        var harness = MachineHarness { policy in
            policy.breaker.minimumCalls = 100_000
            policy.budget = RetryBudgetPolicy(ratio: 0, floor: RateLimit(permits: 1, per: .seconds(3600), burst: 1))
        }
        let lane = harness.lane(isDurable: false)
        let ids = (0..<3).map { _ in harness.submit(lane, lifetime: .seconds(30), marks: [.repeatable]) }
        #expect(harness.starts() == ids)
        let ends = ids.map { harness.finish($0, .unsent)?.disposition == .ended(.dead) }
        #expect(ends == [false, true, true])
    }

    // MARK: Unknown outcomes

    @Test(arguments: [MachineHarness.consistent, MachineHarness.available, MachineHarness.asynchronous])
    func `an unknown outcome that WeChat would not recognise in a repeat is the end`(_ retryClass: UInt8) {
        var harness = MachineHarness()
        let lane = harness.lane(Path.custom)
        #expect(harness.send(lane, .lost, marks: [], retryClass: retryClass)?.disposition == .ended(.unknown))
        #expect(harness.machine.queue.count == 0)
    }

    @Test(arguments: [MachineHarness.consistent, MachineHarness.available, MachineHarness.asynchronous])
    func `an unknown outcome is repeated within nine minutes of the first attempt, and then stays unknown`(
        _ retryClass: UInt8
    ) {
        var harness = MachineHarness { $0.breaker.minimumCalls = 1000 }
        let id = harness.submit(harness.lane(), retryClass: retryClass)
        let begin = harness.now.timestamp
        var (last, end) = (begin, JobState?.none)
        for _ in 0..<60 where end == nil {
            #expect(harness.starts() == [id])
            last = harness.now.timestamp
            switch harness.finish(id, .lost)?.disposition {
            case .ended(let state): end = state
            case .retry(let due, _, _): harness.advance(due - harness.now.timestamp)
            default: Issue.record("it waits")
            }
        }
        #expect(end == .unknown)
        #expect(last > begin)
        #expect(last - begin <= .seconds(540))
    }

    /// What may keep an ambiguous message back until WeChat has forgotten it.
    static let setbacks: [@Sendable (inout MachineHarness, LaneID, JobID) -> Void] = [
        { harness, _, _ in harness.machine.setPaused(true, app: 0, at: harness.now) },
        { harness, _, _ in harness.machine.setToken(.missing, app: 0, at: harness.now) },
        { harness, _, _ in _ = harness.machine.force(.open, breaker: 0, at: harness.now) },
        { harness, _, _ in harness.machine.journalIsWritable = false },
        { harness, _, id in
            harness.advance(.seconds(60))
            if harness.starts() == [id] { harness.finish(id, .errcode(45009)) }
        },
        { harness, _, id in
            harness.advance(.seconds(60))
            if harness.starts() == [id] { harness.finish(id, .errcode(48001)) }
            harness.machine.setPaused(true, app: 0, at: harness.now)
        },
    ]

    @Test(arguments: 0..<setbacks.count)
    func `an ambiguous message that is kept back too long is not sent again`(_ index: Int) {
        var harness = MachineHarness()
        let lane = harness.lane()
        let id = harness.submit(lane)
        #expect(harness.starts() == [id])
        harness.finish(id, .lost)
        #expect(harness.machine.job(id) != nil)
        DispatchRetryTests.setbacks[index](&harness, lane, id)
        harness.advance(.seconds(86_400))
        harness.machine.setPaused(false, app: 0, at: harness.now)
        harness.machine.setToken(.ready, app: 0, at: harness.now)
        _ = harness.machine.force(.close, breaker: 0, at: harness.now)
        harness.machine.journalIsWritable = true
        let actions = harness.pump()
        #expect(actions.count == 1)
        guard case .expire(let job, _) = actions.first else {
            Issue.record("sent again after a day")
            return
        }
        #expect(job.marks.contains(.ambiguous))
        #expect(harness.machine.job(id) == nil)
    }

    @Test func `the refusal of a repeat as a duplicate means that the first one was taken`() {
        var harness = MachineHarness()
        let lane = harness.lane()
        let id = harness.submit(lane)
        #expect(harness.starts() == [id])
        harness.finish(id, .lost)
        harness.advance(.seconds(11))
        #expect(harness.starts() == [id])
        #expect(harness.finish(id, .errcode(40241))?.disposition == .ended(.sent))
    }

    @Test func `a duplicate that was no repeat is not taken for success`() {
        var harness = MachineHarness()
        let done = harness.send(harness.lane(), .errcode(40241))
        guard case .retry = done?.disposition else {
            Issue.record("not repeated later")
            return
        }
    }

    @Test func `after an unknown outcome a message is never called dead`() {
        var harness = MachineHarness { $0.breaker.minimumCalls = 1000 }
        let id = harness.submit(harness.lane(), retryClass: MachineHarness.consistent)
        #expect(harness.starts() == [id])
        harness.finish(id, .lost)
        harness.advance(.seconds(1))
        let run = delays(&harness, id, .unsent)
        #expect(run.end == .unknown)
    }

    @Test(arguments: [43004, 47003, 40003, 40037, 43101])
    func `what is permanent ends at the first answer`(_ code: Int) {
        var harness = MachineHarness()
        #expect(harness.send(harness.lane(), .errcode(code))?.disposition == .ended(.failed))
    }

    @Test func `a wall clock that is set back does not stretch the window`() throws {
        var harness = MachineHarness()
        let lane = harness.lane()
        let id = harness.submit(lane, retryClass: MachineHarness.available)
        #expect(harness.starts() == [id])
        guard case .retry = harness.finish(id, .lost)?.disposition else {
            Issue.record("it is not repeated")
            return
        }
        harness.now.instant = harness.now.instant + .seconds(3600)
        harness.now.timestamp = harness.now.timestamp + .seconds(30)
        let actions = harness.pump()
        #expect(actions.contains { if case .expire(let job, _) = $0 { job.id == id } else { false } })
    }
}
