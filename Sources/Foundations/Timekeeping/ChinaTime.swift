/// The clock by which WeChat counts quotas: Asia/Shanghai, which has been UTC+8 without summer time since 1991.
public enum ChinaTime {
    private static let offset: Int64 = 8 * 3_600_000
    private static let day: Int64 = 24 * 3_600_000
    private static let minute: Int64 = 60_000

    /// The first 00:00 in Shanghai that is later than `time`.
    public static func nextMidnight(after time: Timestamp) -> Timestamp {
        next(day, after: time)
    }

    /// The first full minute that is later than `time`.
    public static func nextMinute(after time: Timestamp) -> Timestamp {
        next(minute, after: time)
    }

    /// The first 00:00 in Shanghai of a month that begins later than `time`.
    public static func nextMonth(after time: Timestamp) -> Timestamp {
        let (year, month, _) = Timestamp.civil(days: dayNumber(of: time))
        let first = Timestamp.daysSinceEpoch(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1)
        let (start, overflow) = first.multipliedReportingOverflow(by: day)
        return overflow ? .distantFuture : Timestamp(milliseconds: start - offset)
    }

    /// The day in Shanghai, counted from 1970-01-01: what a daily quota belongs to.
    public static func dayNumber(of time: Timestamp) -> Int64 {
        floorDivide(time.milliseconds, day, offset)
    }

    private static func next(_ unit: Int64, after time: Timestamp) -> Timestamp {
        let (units, overflow) = (floorDivide(time.milliseconds, unit, offset) + 1).multipliedReportingOverflow(by: unit)
        return overflow ? .distantFuture : Timestamp(milliseconds: units - offset)
    }

    private static func floorDivide(_ value: Int64, _ unit: Int64, _ offset: Int64) -> Int64 {
        let (sum, overflow) = value.addingReportingOverflow(offset)
        let shifted = overflow ? Int64.max : sum
        return shifted / unit - (shifted % unit < 0 ? 1 : 0)
    }
}
