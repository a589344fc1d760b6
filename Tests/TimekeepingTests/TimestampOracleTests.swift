import Foundation
import TestSupport
import Testing
import Timekeeping

/// Foundation, which reads and writes the same form. From 1600 on: before 1582 its calendars may be Julian.
@Suite struct TimestampOracleTests {
    private static let seconds: ClosedRange<Int64> = -11_676_096_000...253_402_300_799

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `Foundation reads what is written`(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<500 {
            let second = Int64.random(in: Self.seconds, using: &chance)
            let time = Timestamp(milliseconds: second * 1000 + .random(in: 0..<1000, using: &chance))
            let read = try style.parse(time.rfc3339).timeIntervalSince1970 * 1000
            try #require(Int64(read.rounded()) == time.milliseconds, "\(time.rfc3339)")
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `what Foundation writes is read, in every zone`(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        // A day from the ends, where an offset leads out of the years of four digits.
        let inside = (Self.seconds.lowerBound + 86_400)...(Self.seconds.upperBound - 86_400)
        for _ in 0..<500 {
            let second = Int64.random(in: inside, using: &chance)
            let minutes = Int.random(in: -12 * 60...14 * 60, using: &chance)
            let zone = try #require(TimeZone(secondsFromGMT: minutes * 60))
            let style = Date.ISO8601FormatStyle(timeZoneSeparator: .colon, timeZone: zone)
            let text = style.format(Date(timeIntervalSince1970: Double(second)))
            try #require(Timestamp(rfc3339: text)?.milliseconds == second * 1000, "\(text)")
        }
    }

    @Test(arguments: 0..<2 as Range<UInt64>)
    func `the time in China is the same time`(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let second = Int64.random(in: Self.seconds.lowerBound...(Self.seconds.upperBound - 86_400), using: &chance)
            let time = Timestamp(milliseconds: second * 1000 + [0, 1, 250, 999][Int(second & 3)])
            #expect(time.rfc3339InChina.hasSuffix("+08:00"))
            try #require(Timestamp(rfc3339: time.rfc3339InChina) == time, "\(time.rfc3339InChina)")
        }
    }
}
