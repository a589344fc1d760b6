import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// What a waiting message is told of its turn, against when its turn comes.
@Suite struct DispatchOutlookTests {
    /// A WeChat that allows so many calls a day.
    private struct Upstream {
        let limit: Int
        var used = 0
        var day: Int64 = 0

        mutating func answer(at now: Timestamp) -> Classification {
            let today = ChinaTime.dayNumber(of: now)
            if today != day { (day, used) = (today, 0) }
            guard used < limit else { return .errcode(45009) }
            used += 1
            return .ok
        }
    }

    private struct Promised {
        var at: Timestamp
        var by: Timestamp?
    }

    /// Sends all that waits, and says when each message was taken.
    private func run(_ harness: inout MachineHarness, _ upstream: inout Upstream, until count: Int) -> [JobID:
        Timestamp]
    {
        var (taken, looks) = ([JobID: Timestamp](), 0)
        while taken.count < count, looks < 1_000_000 {
            looks += 1
            for id in harness.starts() {
                let answer = upstream.answer(at: harness.now.timestamp)
                if answer.outcome == .accepted { taken[id] = harness.now.timestamp }
                harness.finish(id, answer)
            }
            guard let wake = harness.machine.nextWake(at: harness.now) else { continue }
            harness.advance(max(.milliseconds(1), wake - harness.now.instant))
        }
        return taken
    }

    private func isNear(_ promised: Promised, _ taken: Timestamp?) -> Bool {
        guard let by = promised.by, let taken else { return false }
        let (error, wait) = (by - taken, taken - promised.at)
        return max(error, .zero - error) <= max(wait / 10, .seconds(1))
    }

    @Test func `a hundred thousand messages with a quota of sixty thousand go by priority, and each was told when`()
        throws
    {
        let evening = try #require(Timestamp(rfc3339: "2026-11-21T20:00:00+08:00"))
        var harness = MachineHarness(at: evening)
        let app = harness.machine.addApp("shop", .wide, needsToken: true, at: harness.now.instant)
        harness.machine.setToken(.ready, app: app, at: harness.now)
        let lane = harness.lane(app: app, limit: RateLimit(permits: 100, per: .seconds(1), burst: 100))
        var upstream = Upstream(limit: 60_000)
        let first = harness.submit(lane)
        let sent = run(&harness, &upstream, until: 1)
        #expect(sent.keys.contains(first))
        harness.advance(.seconds(10))
        let question = try #require(harness.machine.takeQuotaQuestions(limit: 1, at: harness.now).first)
        harness.machine.answer(question, .told(limit: 60_000, used: 1), at: harness.now)

        var ids: [(id: JobID, priority: Priority)] = []
        for number in 0..<100_000 {
            let priority = Priority.allCases[number % 4]
            ids.append((harness.submit(lane, priority), priority))
            if number % 100 == 99 { harness.advance(.milliseconds(1)) }
        }
        let sample = ids.enumerated().filter { $0.offset % 13 == 0 }.map(\.element.id)
        let promised = sample.map { id in
            let told = harness.machine.outlook(of: id, at: harness.now)
            return (id, Promised(at: harness.now.timestamp, by: told?.outlook.expectedAt))
        }
        let taken = run(&harness, &upstream, until: 100_000)
        #expect(taken.count == 100_000)
        let midnight = ChinaTime.nextMidnight(after: evening)
        #expect(taken.values.count { $0 < midnight } == 59_999)
        #expect(ids.allSatisfy { $0.priority != .urgent || taken[$0.id].map { $0 < midnight } ?? false })
        // What waits for long counts as high, so that the others go by age, but for the reserve, which is high's alone.
        let before = Priority.allCases.map { priority in
            ids.count { $0.priority == priority && taken[$0.id].map { $0 < midnight } ?? false }
        }
        #expect(before[1] > before[2] + 4000 && before[2] >= before[3], "\(before)")
        // One asked, and nobody was refused while it did.
        #expect(taken.values.count { $0 >= midnight && $0 < midnight + .seconds(1) } == 1)
        #expect(upstream.used == 40_001)
        let wrong = promised.filter { !isNear($0.1, taken[$0.0]) }
        #expect(wrong.count * 50 <= promised.count, "\(wrong.count) of \(promised.count), such as \(wrong.prefix(3))")
    }

    @Test func `what takes several days of quota is told so`() throws {
        var harness = MachineHarness(at: try #require(Timestamp(rfc3339: "2026-11-21T20:00:00+08:00")))
        let quotas = [Path.template: DailyQuota(limit: 10, reserve: 0)]
        let route = AppRoute(hosts: ["https://api.weixin.qq.com"], limits: AppLimits(others: .wide), quotas: quotas)
        let app = harness.machine.addApp("shop", route, needsToken: true, at: harness.now.instant)
        harness.machine.setToken(.ready, app: app, at: harness.now)
        let lane = harness.lane(app: app)
        let ids = (0..<45).map { _ in
            defer { harness.advance(.milliseconds(1)) }
            return harness.submit(lane)
        }
        let last = try #require(ids.last)
        let told = try #require(harness.machine.outlook(of: last, at: harness.now)?.outlook.expectedAt)
        let midnight = ChinaTime.nextMidnight(after: harness.now.timestamp)
        #expect(told >= midnight + .seconds(3 * 86_400) && told < midnight + .seconds(4 * 86_400))
    }

    @Test func `nobody knows when an operator acts`() throws {
        var harness = MachineHarness()
        let lane = harness.lane()
        harness.machine.setPaused(true, app: 0, at: harness.now)
        let id = harness.submit(lane)
        #expect(harness.starts().isEmpty)
        let told = try #require(harness.machine.outlook(of: id, at: harness.now))
        #expect(told.obstacle.reason == .paused && told.outlook == MessageOutlook(position: 0, expectedAt: nil))
    }

    @Test func `the limiter's pace, or that of slow answers, decides when a turn comes`() throws {
        var harness = MachineHarness { $0.maxInFlight = 4 }
        let lane = harness.lane(limit: RateLimit(permits: 10, per: .seconds(1), burst: 1))
        harness.send(lane, .ok)
        let ids = (0..<21).map { number in
            defer { harness.advance(.milliseconds(1)) }
            return harness.submit(lane, number < 20 ? .high : .normal)
        }
        let last = try #require(ids.last)
        let told = try #require(harness.machine.outlook(of: last, at: harness.now)?.outlook)
        #expect(told.position == 20)
        let wait = try #require(told.expectedAt) - harness.now.timestamp
        #expect(wait >= .seconds(2) && wait <= .milliseconds(2200), "\(wait)")
        // Three places and a second for each answer: three a second.
        for _ in 0..<40 { harness.machine.gates[lane.gate].latency.record(.seconds(1)) }
        let slow = try #require(harness.machine.outlook(of: last, at: harness.now)?.outlook.expectedAt)
        #expect(slow - harness.now.timestamp >= .seconds(6))
    }
}
