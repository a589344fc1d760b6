import Testing
import Timekeeping

@Suite struct ChinaTimeTests {
    /// 2026-11-21T00:00:00+08:00
    private static let midnight: Int64 = 1_795_190_400_000
    private static let day: Int64 = 86_400_000

    @Test(
        arguments: [(-1, 0), (0, day), (1, day), (day - 1, day), (day, 2 * day), (16 * 3_600_000, day)]
            as [(Int64, Int64)]
    )
    func `midnight is Shanghai's and later than now`(_ offset: Int64, _ expected: Int64) {
        let next = ChinaTime.nextMidnight(after: Timestamp(milliseconds: Self.midnight + offset))
        #expect(next == Timestamp(milliseconds: Self.midnight + expected))
    }

    @Test(arguments: [(-1, 0), (0, 60_000), (59_999, 60_000), (60_000, 120_000)] as [(Int64, Int64)])
    func `the next minute is later than now`(_ offset: Int64, _ expected: Int64) {
        let next = ChinaTime.nextMinute(after: Timestamp(milliseconds: Self.midnight + offset))
        #expect(next == Timestamp(milliseconds: Self.midnight + expected))
    }

    @Test func `days are counted where midnight is`() {
        let number = ChinaTime.dayNumber(of: Timestamp(milliseconds: Self.midnight))
        #expect(ChinaTime.dayNumber(of: Timestamp(milliseconds: Self.midnight - 1)) == number - 1)
        #expect(ChinaTime.dayNumber(of: Timestamp(milliseconds: Self.midnight + Self.day - 1)) == number)
        #expect(ChinaTime.dayNumber(of: Timestamp(milliseconds: 0)) == 0)
        #expect(ChinaTime.dayNumber(of: Timestamp(milliseconds: -9 * 3_600_000)) == -1)
    }

    @Test func `the ends of time don't overflow`() {
        #expect(ChinaTime.nextMidnight(after: .distantFuture) == .distantFuture)
        #expect(ChinaTime.nextMinute(after: .distantFuture) == .distantFuture)
        #expect(ChinaTime.nextMidnight(after: Timestamp(milliseconds: .min)) > Timestamp(milliseconds: .min))
    }
}
