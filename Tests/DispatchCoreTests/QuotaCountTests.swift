import GatewaySupport
import Resilience
import Testing
import Timekeeping

@testable import DispatchCore

/// What is counted of a day's calls, what is kept of them, and how long they last.
@Suite struct QuotaCountTests {
    /// 20:00 in Shanghai: four hours before midnight.
    private static let evening = Timestamp(rfc3339: "2026-11-21T20:00:00+08:00") ?? .noon

    private func present(_ later: Duration, from start: Timestamp = evening) -> SteadyClock.Present {
        let wall = start + later
        return SteadyClock.Present(instant: .zero + later, wall: wall, steady: wall)
    }

    private func count(_ calls: Int, of quota: DailyQuota?, at later: Duration = .zero) -> QuotaCount {
        var count = QuotaCount(quota, spread: 0, at: .zero)
        for _ in 0..<calls { _ = count.callLeft(at: present(later)) }
        return count
    }

    @Test func `calls are counted from one midnight to the next`() {
        var count = count(3, of: DailyQuota(limit: 10))
        #expect(count.used(at: present(.zero).wall) == 3 && count.left(at: present(.zero).wall) == 7)
        let tomorrow = present(.seconds(4 * 3600))
        #expect(count.used(at: tomorrow.wall) == 0 && count.left(at: tomorrow.wall) == 10)
        _ = count.callLeft(at: tomorrow)
        #expect(count.used(at: tomorrow.wall) == 1)
    }

    @Test func `without a limit nothing is known to be left`() {
        let count = count(3, of: nil)
        #expect(count.left(at: present(.zero).wall) == nil)
        #expect(count.reserve(at: present(.zero).wall) == 0)
        #expect(count.reservedUntil(at: present(.zero).wall) == nil)
        #expect(count.exhaustion(at: present(.zero)) == nil)
    }

    private static let reserves: [(later: Duration, kept: Int)] = [
        (.zero, 20), (.seconds(10_800), 20), (.seconds(12_600), 10), (.seconds(14_399), 0),
    ]

    @Test(arguments: reserves)
    func `the reserve shrinks to nothing in the last hour`(later: Duration, kept: Int) {
        #expect(count(0, of: DailyQuota(limit: 200)).reserve(at: present(later).wall) == kept)
    }

    private static let waits: [(used: Int, wait: Duration?)] = [
        (80, nil), (90, .seconds(10_800)), (95, .seconds(12_600)), (100, .seconds(14_400)),
    ]

    @Test(arguments: waits)
    func `other work goes when the reserve has shrunk below what is left`(used: Int, wait: Duration?) {
        let count = count(used, of: DailyQuota(limit: 100))
        let until = count.reservedUntil(at: present(.zero).wall)
        #expect(until.map { ($0 - present(.zero).wall).inSeconds.rounded() } == wait.map(\.inSeconds))
        guard let until, used < 100 else { return }
        #expect(count.reservedUntil(at: until) == nil, "until then, and no longer")
        #expect(count.reservedUntil(at: until + .milliseconds(-2)) != nil)
    }

    @Test func `a quota without a reserve keeps nothing`() {
        let count = count(100, of: DailyQuota(limit: 100, reserve: 0))
        #expect(count.reservedUntil(at: present(.zero).wall) == nil)
    }

    @Test func `the forecast goes by the pace since the first call, and is silent where the day lasts`() {
        var count = QuotaCount(DailyQuota(limit: 1000), spread: 0, at: .zero)
        for second in 1...100 { _ = count.callLeft(at: present(.seconds(second))) }
        // One a second: what is left lasts 900 s.
        #expect(count.exhaustion(at: present(.seconds(100))) == .seconds(900))
        // Nothing more comes: the pace falls, and the rest outlasts the day.
        #expect(count.exhaustion(at: present(.seconds(3600))).map { $0 > .seconds(3600) } ?? true)
        #expect(count.exhaustion(at: present(.seconds(3 * 3600))) == nil)
        for _ in 0..<900 { _ = count.callLeft(at: present(.seconds(200))) }
        #expect(count.exhaustion(at: present(.seconds(200))) == .zero)
    }

    @Test func `WeChat's answer sets the count right, with what left meanwhile on top`() {
        var count = count(10, of: nil)
        #expect(count.takeQuestion(at: present(.seconds(1))) == true)
        #expect(count.takeQuestion(at: present(.seconds(2))) == false, "asked already")
        for _ in 0..<3 { _ = count.callLeft(at: present(.seconds(2))) }
        #expect(count.answered(limit: 500, used: 240, at: present(.seconds(3))) == true)
        #expect(count.used(at: present(.seconds(3)).wall) == 243 && count.left(at: present(.seconds(3)).wall) == 257)
        #expect(count.answered(limit: 1, used: 1, at: present(.seconds(4))) == false, "nobody asked")
    }

    @Test func `an answer that comes after midnight says nothing about the new day`() {
        var count = count(10, of: nil)
        #expect(count.takeQuestion(at: present(.seconds(4 * 3600 - 1))) == true)
        #expect(count.answered(limit: 500, used: 500, at: present(.seconds(4 * 3600))) == false)
        #expect(count.used(at: present(.seconds(4 * 3600)).wall) == 0)
    }

    private static let oddNumbers: [(limit: Int, used: Int, counted: Int?)] = [
        (0, 0, nil), (500, -7, 0), (500, Int.max, DailyQuota.most),
    ]

    @Test(arguments: oddNumbers)
    func `numbers that no quota has do no harm`(limit: Int, used: Int, counted: Int?) {
        var count = count(1, of: nil)
        _ = count.takeQuestion(at: present(.seconds(1)))
        #expect(count.answered(limit: limit, used: used, at: present(.seconds(2))) == (counted != nil))
        if let counted { #expect(count.used(at: present(.seconds(2)).wall) == counted) }
        _ = count.exhaustion(at: present(.seconds(2)))
        _ = count.reservedUntil(at: present(.seconds(2)).wall)
    }

    @Test
    func `the configuration goes before WeChat's word about the limit, and WeChat's before Weir's about the count`() {
        var count = count(1, of: DailyQuota(limit: 100))
        _ = count.takeQuestion(at: present(.seconds(1)))
        _ = count.answered(limit: 500, used: 60, at: present(.seconds(2)))
        #expect(count.left(at: present(.seconds(2)).wall) == 40)
    }

    @Test
    func
        `WeChat is asked within ten seconds, every five minutes while calls come, and hardly where it knows no such path`()
    {
        var count = QuotaCount(nil, spread: 0.5, at: .zero)
        #expect(count.takeQuestion(at: present(.seconds(60))) == false, "nothing was called")
        _ = count.callLeft(at: present(.seconds(60)))
        #expect(count.takeQuestion(at: present(.seconds(60))) == true)
        count.unanswered(isUnknownPath: false, at: present(.seconds(61)).instant)
        #expect(count.takeQuestion(at: present(.seconds(3600))) == false, "nothing was called since")
        _ = count.callLeft(at: present(.seconds(62)))
        #expect(count.takeQuestion(at: present(.seconds(359))) == false)
        #expect(count.takeQuestion(at: present(.seconds(360))) == true)
        count.unanswered(isUnknownPath: true, at: present(.seconds(361)).instant)
        _ = count.callLeft(at: present(.seconds(362)))
        #expect(count.takeQuestion(at: present(.seconds(3 * 3600))) == false)
    }

    @Test func `a refused call uses the quota up and has WeChat asked`() {
        var count = count(3, of: DailyQuota(limit: 100))
        #expect(count.takeQuestion(at: present(.seconds(1))) == true)
        _ = count.answered(limit: 100, used: 3, at: present(.seconds(1)))
        #expect(count.refused(at: present(.seconds(2))) == true)
        #expect(count.left(at: present(.seconds(2)).wall) == 0)
        #expect(count.takeQuestion(at: present(.seconds(2))) == true)
    }

    @Test func `the ledger is told with each hundredth, and a later process counts on from there`() {
        var count = QuotaCount(DailyQuota(limit: 1000), spread: 0, at: .zero)
        let told = (1...25).filter { _ in count.callLeft(at: present(.zero)) }
        #expect(told == [10, 20])
        let ends = count.dayEnds
        let made = QuotaCount(DailyQuota(limit: 1000), spread: 0, at: .zero)
        let next = QuotaCount(made, used: count.noted, learnt: 900, dayEnds: ends)
        #expect(next.used(at: present(.zero).wall) == 20 && next.used(at: present(.seconds(4 * 3600)).wall) == 0)
    }
}
