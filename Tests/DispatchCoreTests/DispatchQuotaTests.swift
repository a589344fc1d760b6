import GatewaySupport
import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// Daily quotas in the machine: what they hold back, and what follows midnight.
@Suite struct DispatchQuotaTests {
    /// 20:00 in Shanghai.
    private static let evening = Timestamp(rfc3339: "2026-11-21T20:00:00+08:00") ?? .noon
    private static let untilMidnight = Duration.seconds(4 * 3600)

    /// A machine with one app that has a token, and a quota of an api.
    private func harness(_ quota: DailyQuota?) -> (MachineHarness, AppPlace) {
        var harness = MachineHarness(at: DispatchQuotaTests.evening)
        let quotas = quota.map { [Path.template: $0] } ?? [:]
        let route = AppRoute(hosts: ["https://api.weixin.qq.com"], limits: AppLimits(others: .wide), quotas: quotas)
        let app = harness.machine.addApp("shop", route, needsToken: true, at: harness.now.instant)
        harness.machine.setToken(.ready, app: app, at: harness.now)
        return (harness, app)
    }

    private func quota(_ harness: MachineHarness, _ lane: LaneID) -> DispatchSnapshot.Quota? {
        harness.machine.quota(of: lane.gate, at: harness.machine.clock.present(harness.now))
    }

    @Test func `a configured quota is never passed, and what is over it waits for midnight`() {
        var (harness, app) = harness(DailyQuota(limit: 3, reserve: 0))
        let lane = harness.lane(app: app)
        let ids = (1...5).map { _ in harness.submit(lane) }
        #expect(harness.starts() == Array(ids.prefix(3)))
        for id in ids.prefix(3) { harness.finish(id, .ok) }
        #expect(harness.starts().isEmpty)
        let waits = harness.machine.obstacle(of: ids[4], at: harness.now)
        #expect(
            waits == Obstacle(.quotaExhausted, until: DispatchQuotaTests.evening + DispatchQuotaTests.untilMidnight)
        )
        #expect(quota(harness, lane)?.left == 0 && quota(harness, lane)?.exhaustion == .zero)
    }

    @Test func `after midnight one message asks, and the rest follows its answer`() {
        var (harness, app) = harness(DailyQuota(limit: 3, reserve: 0))
        let lane = harness.lane(app: app)
        let ids = (1...5).map { _ in harness.submit(lane) }
        for id in harness.starts() { harness.finish(id, .ok) }
        harness.advance(DispatchQuotaTests.untilMidnight)
        #expect(harness.starts() == [ids[3]])
        #expect(harness.machine.obstacle(of: ids[4], at: harness.now)?.reason == .quotaExhausted)
        harness.finish(ids[3], .ok)
        #expect(harness.starts().isEmpty, "one a second at first")
        harness.advance(.seconds(1))
        #expect(harness.starts() == [ids[4]])
    }

    @Test func `a 45009 in the first hour parks again and asks again`() {
        var (harness, app) = harness(nil)
        let lane = harness.lane(app: app)
        let ids = (1...3).map { _ in harness.submit(lane) }
        #expect(harness.starts() == ids)
        for id in ids { harness.finish(id, .errcode(45009)) }
        harness.advance(DispatchQuotaTests.untilMidnight)
        #expect(harness.starts().count == 1)
        harness.finish(ids[0], .errcode(45009))
        #expect(harness.starts().isEmpty)
        harness.advance(.seconds(600))
        #expect(harness.starts() == [ids[0]], "one asks")
        harness.finish(ids[0], .ok)
        harness.advance(.seconds(1))
        #expect(harness.starts().count == 1)
    }

    @Test func `what is left of the quota is for urgent and high alone, until the last hour`() {
        var (harness, app) = harness(DailyQuota(limit: 10, reserve: 0.5))
        let lane = harness.lane(app: app)
        let normal = (1...8).map { _ in harness.submit(lane) }
        let started = harness.starts()
        #expect(started == Array(normal.prefix(5)))
        for id in started { harness.finish(id, .ok) }
        #expect(harness.machine.obstacle(of: normal[6], at: harness.now)?.reason == .quotaReserved)
        let high = harness.submit(lane, .high)
        #expect(harness.starts() == [high])
        harness.finish(high, .ok)
        let low = harness.submit(lane, .low)
        #expect(harness.starts().isEmpty)
        // Four are left, five are kept: one fifth of the last hour.
        harness.advance(.seconds(3 * 3600 + 720) + .milliseconds(1))
        #expect(harness.starts() == [normal[5]])
        #expect(harness.machine.obstacle(of: low, at: harness.now)?.reason == .quotaReserved)
        // After midnight one asks for the others, too.
        harness.finish(normal[5], .ok)
        harness.advance(.seconds(3600))
        #expect(harness.starts().count == 1)
    }

    @Test(arguments: [true, false])
    func `a reserve that nobody has configured holds messages alone`(isConfigured: Bool) {
        var (harness, app) = harness(isConfigured ? DailyQuota(limit: 10) : nil)
        let (messages, calls) = (harness.lane(app: app), harness.lane(app: app, isDurable: false))
        harness.send(messages, .ok)
        harness.advance(.seconds(10))
        let question = harness.machine.takeQuotaQuestions(limit: 9, at: harness.now)
        #expect(question.map(\.api) == [Path.template])
        harness.machine.answer(question[0], .told(limit: 20, used: isConfigured ? 9 : 18), at: harness.now)
        let message = harness.submit(messages)
        let call = harness.submit(calls, lifetime: .seconds(4))
        let actions = harness.pump()
        let refused = actions.compactMap {
            if case .refuse(let job, let obstacle) = $0 { (job.id, obstacle.reason) } else { nil }
        }
        if isConfigured {
            #expect(refused.map(\.0) == [call] && refused.map(\.1) == [.quotaReserved])
        } else {
            #expect(refused.isEmpty)
        }
        #expect(harness.machine.obstacle(of: message, at: harness.now)?.reason == .quotaReserved)
    }

    @Test func `a relayed call that waits is refused when the quota is used up`() {
        var (harness, app) = harness(DailyQuota(limit: 1, reserve: 0))
        let lane = harness.lane(app: app, isDurable: false, limit: RateLimit(permits: 1, per: .seconds(2), burst: 1))
        let ids = (1...2).map { _ in harness.submit(lane, lifetime: .seconds(4)) }
        let actions = harness.pump()
        let started = actions.compactMap { if case .start(let lease) = $0 { lease.job.id } else { nil } }
        let refused = actions.compactMap {
            if case .refuse(let job, let obstacle) = $0 { (job.id, obstacle.reason) } else { nil }
        }
        #expect(started == [ids[0]] && refused.map(\.0) == [ids[1]] && refused.map(\.1) == [.quotaExhausted])
    }

    @Test func `a call that never reached WeChat is not counted`() {
        var (harness, app) = harness(DailyQuota(limit: 5, reserve: 0))
        let lane = harness.lane(app: app)
        harness.send(lane, .unsent, retryClass: MachineHarness.asynchronous)
        #expect(quota(harness, lane)?.used == 1, "a failure whose kind is not known may have reached it")
        let id = harness.submit(lane)
        #expect(harness.starts() == [id])
        _ = harness.machine.abandon(id, at: harness.now)
        #expect(quota(harness, lane)?.used == 1)
    }

    @Test func `when the last call never reached WeChat the next may go, and nobody sleeps until midnight`() {
        var (harness, app) = harness(DailyQuota(limit: 1, reserve: 0))
        let lane = harness.lane(app: app)
        let ids = (1...2).map { _ in harness.submit(lane, retryClass: MachineHarness.asynchronous) }
        #expect(harness.starts() == [ids[0]])
        #expect(harness.starts().isEmpty)
        let never = AttemptEvidence(failure: .connect)
        _ = harness.machine.complete(ids[0], with: .unsent, evidence: never, at: harness.now, using: &harness.generator)
        #expect(quota(harness, lane)?.used == 0)
        #expect(harness.starts() == [ids[1]])
    }

    @Test(arguments: [DailyQuota?.none, DailyQuota(limit: 3, reserve: 0)])
    func `a 45009 in the first hour never costs the day`(rule: DailyQuota?) throws {
        var (harness, app) = harness(rule)
        let lane = harness.lane(app: app)
        let ids = (1...4).map { _ in harness.submit(lane) }
        for id in harness.starts() { harness.finish(id, .errcode(45009)) }
        harness.advance(DispatchQuotaTests.untilMidnight + .seconds(3))
        #expect(harness.starts() == [ids[0]])
        harness.finish(ids[0], .errcode(45009))
        harness.advance(.seconds(10))
        for question in harness.machine.takeQuotaQuestions(limit: 9, at: harness.now) {
            harness.machine.answer(question, .told(limit: 3, used: 3), at: harness.now)
        }
        #expect(harness.starts().isEmpty)
        harness.advance(.seconds(600))
        #expect(harness.starts() == [ids[0]], "one asks again")
        harness.finish(ids[0], .ok)
        harness.advance(.seconds(1))
        #expect(harness.starts().count == 1)
    }

    @Test func `what is left to nobody but urgent work is told as used up when it is`() {
        var (harness, app) = harness(nil)
        let lane = harness.lane(app: app)
        harness.send(lane, .ok)
        harness.advance(.seconds(10))
        for question in harness.machine.takeQuotaQuestions(limit: 9, at: harness.now) {
            harness.machine.answer(question, .told(limit: 10, used: 10), at: harness.now)
        }
        let id = harness.submit(lane)
        #expect(harness.starts().isEmpty)
        #expect(harness.machine.obstacle(of: id, at: harness.now)?.reason == .quotaExhausted)
    }

    @Test func `a low call does not stand behind messages that the reserve holds`() {
        var (harness, app) = harness(nil)
        let limit = RateLimit(permits: 10, per: .seconds(1), burst: 10)
        let (messages, calls) = (
            harness.lane(app: app, limit: limit), harness.lane(app: app, isDurable: false, limit: limit)
        )
        harness.send(messages, .ok)
        harness.advance(.seconds(10))
        for question in harness.machine.takeQuotaQuestions(limit: 9, at: harness.now) {
            harness.machine.answer(question, .told(limit: 100, used: 95), at: harness.now)
        }
        for _ in 0..<500 { harness.submit(messages) }
        #expect(harness.starts().isEmpty)
        var call = Job(
            id: JobID(rawValue: 1 << 40),
            lane: calls,
            priority: .low,
            isDurable: false,
            acceptedAt: harness.now.timestamp
        )
        call.expiresAt = harness.now.timestamp + .seconds(4)
        #expect(harness.machine.refusal(of: call, path: Path.template, at: harness.now) == nil)
    }

    @Test func `what a resume forgets is today's refusal, not today's count`() {
        var (harness, app) = harness(DailyQuota(limit: 3, reserve: 0))
        let lane = harness.lane(app: app)
        harness.send(lane, .errcode(45009))
        harness.advance(DispatchQuotaTests.untilMidnight + .seconds(7200))
        for _ in 0..<2 { _ = harness.starts().map { harness.finish($0, .ok) } }
        harness.send(lane, .ok)
        let used = quota(harness, lane)?.used
        for isPaused in [true, false] { harness.machine.setPaused(isPaused, app: app, at: harness.now) }
        #expect(quota(harness, lane)?.used == used && used != 0)
    }

    @Test func `another account begins with quotas of its own`() {
        var (harness, app) = harness(DailyQuota(limit: 1, reserve: 0))
        let lane = harness.lane(app: app)
        let ids = (1...2).map { _ in harness.submit(lane) }
        for id in harness.starts() { harness.finish(id, .ok) }
        harness.advance(.seconds(10))
        let questions = harness.machine.takeQuotaQuestions(limit: 9, at: harness.now)
        harness.machine.renew(app: app, at: harness.now)
        for question in questions { harness.machine.answer(question, .told(limit: 9, used: 9), at: harness.now) }
        harness.machine.setToken(.ready, app: app, at: harness.now)
        #expect(quota(harness, lane)?.used == 0)
        #expect(harness.starts() == [ids[1]])
    }

    @Test func `Weir's own questions open no breaker, which they would be too few to close`() {
        var (harness, app) = harness(nil)
        let lane = harness.lane(QuotaQuestion.path, app: app, isDurable: false)
        for _ in 0..<20 {
            harness.send(lane, .unsent, retryClass: MachineHarness.asynchronous)
            harness.advance(.seconds(300))
        }
        #expect(harness.breaker(lane).state == .closed)
    }

    @Test func `answers to Weir's own questions do not say that an app's messages get through`() {
        var (harness, app) = harness(nil)
        let lane = harness.lane(app: app)
        harness.send(lane, .unsent, retryClass: MachineHarness.asynchronous)
        let since = harness.machine.apps[app].failingSince
        #expect(since != nil)
        harness.advance(.seconds(60))
        harness.send(harness.lane(QuotaQuestion.path, app: app, isDurable: false), .ok)
        #expect(harness.machine.apps[app].failingSince == since)
    }

    @Test func `after an operator had the quotas cleared all goes at once`() {
        var (harness, app) = harness(DailyQuota(limit: 2, reserve: 0))
        let lane = harness.lane(app: app)
        let ids = (1...4).map { _ in harness.submit(lane) }
        for id in harness.starts() { harness.finish(id, .ok) }
        let slot = harness.machine.slot(of: app)
        #expect(harness.machine.quotasWereCleared(slot, at: harness.now) == 1)
        #expect(harness.starts() == Array(ids.suffix(2)))
        #expect(harness.machine.quotasWereCleared(slot, at: harness.now) == 2)
        // Another month.
        harness.advance(.seconds(12 * 86_400))
        #expect(harness.machine.quotasWereCleared(slot, at: harness.now) == 1)
    }

    @Test func `counts and clearings outlive the process`() throws {
        var (harness, app) = harness(DailyQuota(limit: 100))
        let lane = harness.lane(app: app)
        for _ in 0..<7 { harness.send(lane, .ok) }
        _ = harness.machine.quotasWereCleared(harness.machine.slot(of: app), at: harness.now)
        for _ in 0..<5 { harness.send(lane, .ok) }
        let writes = harness.machine.takeLedgerWrites(at: harness.now).all
        let entries = writes.compactMap { if case .remember(let entry) = $0 { entry } else { nil } }
        #expect(entries.map(\.name) == ["cleared/shop", "quota/shop/\(Path.template)"])

        var (next, place) = self.harness(DailyQuota(limit: 100))
        let read = next.machine.takeBack(entries, at: next.now)
        #expect(read.facts == 0 && read.unread == [], "they are no decisions")
        var known = next.lane(app: place)
        #expect(quota(next, known)?.used == 5)
        #expect(next.machine.quotasWereCleared(next.machine.slot(of: place), at: next.now) == 2)
        let tomorrow = Moment(instant: .zero, timestamp: harness.now.timestamp + DispatchQuotaTests.untilMidnight)
        (next, place) = self.harness(DailyQuota(limit: 100))
        next.now = tomorrow
        _ = next.machine.takeBack(entries, at: tomorrow)
        known = next.lane(app: place)
        #expect(quota(next, known)?.used == 0)
    }

    @Test func `questions are asked of a bounded number of gates and answers of a gate that is gone are nobody's`()
        throws
    {
        var (harness, app) = harness(nil)
        for path in [Path.template, Path.custom, "/cgi-bin/user/info"] {
            harness.send(harness.lane(path, app: app), .ok)
        }
        harness.advance(.seconds(10))
        let first = harness.machine.takeQuotaQuestions(limit: 2, at: harness.now)
        let second = harness.machine.takeQuotaQuestions(limit: 2, at: harness.now)
        #expect(first.count == 2 && second.count == 1)
        #expect(harness.machine.takeQuotaQuestions(limit: 2, at: harness.now).isEmpty)
        harness.machine.dismiss(app: app, route: .wide, at: harness.now)
        #expect(harness.machine.releaseIdle(at: harness.now).isEmpty == false)
        harness.machine.answer(first[0], .told(limit: 1, used: 1), at: harness.now)
        let again = harness.machine.addApp("shop", .wide, needsToken: true, at: harness.now.instant)
        let lane = harness.lane(app: again)
        #expect(quota(harness, lane) == nil)
    }
}
