import Testing
import Timekeeping

/// Times and durations that no clock shows.
@Suite struct TimeArithmeticTests {
    private static let numbers: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
    private static let durations: [Duration] =
        numbers.map { .nanoseconds($0) } + [.seconds(Int64.min), .seconds(Int64.max), .milliseconds(Int64.max)]

    @Test(arguments: numbers, numbers) func `the time between two instants or times is exact`(left: Int64, right: Int64)
    {
        let nanoseconds = Instant(nanoseconds: left) - Instant(nanoseconds: right)
        #expect(nanoseconds == .nanoseconds(left) - .nanoseconds(right))
        let milliseconds = Timestamp(milliseconds: left) - Timestamp(milliseconds: right)
        #expect(milliseconds == .milliseconds(left) - .milliseconds(right))
        #expect((nanoseconds < .zero) == (left < right) && (milliseconds < .zero) == (left < right))
    }

    @Test(arguments: numbers, durations) func `no sum of a time and a duration is a trap`(number: Int64, by: Duration) {
        let (instant, time) = (Instant(nanoseconds: number), Timestamp(milliseconds: number))
        #expect((instant + by < instant) == (by.inNanoseconds < 0 && number > .min))
        #expect(by > .zero ? time + by >= time : time + by <= time)
        #expect(by > .zero ? instant - by <= instant : instant - by >= instant)
        _ = Moment(instant: instant, timestamp: time).instant(of: time + by)
        _ = (by.inMilliseconds, by.retryAfterSeconds, by.inSeconds, time.seconds)
    }
}
