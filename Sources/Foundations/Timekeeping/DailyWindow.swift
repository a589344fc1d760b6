internal import Foundation

/// A stretch of every day by the clock of a time zone, such as 22:00 to 08:00 in Berlin: over midnight where it ends earlier than it
/// begins.
///
/// Where the clock is set forward over one of its times, that time is the moment of the step. Where it is set back and shows a time
/// twice, the stretch begins with the first and ends with the second.
public struct DailyWindow: Equatable, Sendable {
    /// Minutes after midnight at which it begins.
    public let from: Int
    /// Minutes after midnight at which it ends.
    public let to: Int
    /// The zone's name in the IANA database.
    public let zone: String
    private let clock: TimeZone

    private static let day: Int64 = 86_400
    private static let minutes = 24 * 60

    /// `nil` where a time is no time of day, both are the same, or nobody knows the zone.
    public init?(from: Int, to: Int, zone: String) {
        let range = 0..<DailyWindow.minutes
        guard range.contains(from), range.contains(to), from != to, DailyWindow.isZone(zone),
            let clock = TimeZone(identifier: zone)
        else { return nil }
        (self.from, self.to, self.zone, self.clock) = (from, to, zone, clock)
    }

    /// Whether there is a time zone of this name.
    public static func isZone(_ name: String) -> Bool {
        name == "UTC" || TimeZone.knownTimeZoneIdentifiers.contains(name)
    }

    /// The stretch that `time` lies in, else the next one.
    public func span(at time: Timestamp) -> Range<Timestamp> {
        let today = day(of: time)
        // What began yesterday may go on only where it goes over midnight.
        for day in (to < from ? today - 1 : today)...(today + 3) {
            if let span = span(of: day), time < span.upperBound { return span }
        }
        return time..<time
    }

    /// When the last stretch before `time` was over.
    public func lastEnd(before time: Timestamp) -> Timestamp? {
        let today = day(of: time)
        return ((today - 3)...today).reversed().lazy.compactMap { span(of: $0)?.upperBound }.first { $0 <= time }
    }

    // MARK: The zone's clock, in seconds since 1970

    private func day(of time: Timestamp) -> Int64 {
        let seconds = DailyWindow.clamped(time)
        let local = seconds + offset(at: seconds)
        return local / DailyWindow.day - (local % DailyWindow.day < 0 ? 1 : 0)
    }

    /// Far from any time that a clock shows nothing may overflow.
    private static func clamped(_ time: Timestamp) -> Int64 {
        min(max(time.milliseconds / 1000, -62_000_000_000), 253_000_000_000)
    }

    /// That of a day's beginning; `nil` where a step of the clock has swallowed it.
    private func span(of day: Int64) -> Range<Timestamp>? {
        let begin = instant(day, from, isLast: false)
        let end = instant(to < from ? day + 1 : day, to, isLast: true)
        return begin < end ? Timestamp(milliseconds: begin * 1000)..<Timestamp(milliseconds: end * 1000) : nil
    }

    /// When the zone's clock shows a time of a day.
    private func instant(_ day: Int64, _ minute: Int, isLast: Bool) -> Int64 {
        let local = day * DailyWindow.day + Int64(minute) * 60
        let (before, after) = (offset(at: local - DailyWindow.day), offset(at: local + DailyWindow.day))
        let (early, late) = (local - max(before, after), local - min(before, after))
        guard early < late else { return early }
        let shown = [early, late].filter { $0 + offset(at: $0) == local }
        if let one = isLast ? shown.last : shown.first { return one }
        // The clock never shows it: the moment of the step.
        var (low, high) = (early, late)
        while low + 1 < high {
            let middle = low + (high - low) / 2
            if offset(at: middle) == before { low = middle } else { high = middle }
        }
        return high
    }

    private func offset(at seconds: Int64) -> Int64 {
        Int64(clock.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }
}
