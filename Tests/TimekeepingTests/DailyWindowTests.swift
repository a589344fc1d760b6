import Testing
import Timekeeping

/// A stretch of every day by a zone's clock, on days that have another length, too.
@Suite struct DailyWindowTests {
    private static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    private static func night(_ zone: String = "Europe/Berlin", from: Int = 22 * 60, to: Int = 8 * 60) throws
        -> DailyWindow
    {
        try #require(DailyWindow(from: from, to: to, zone: zone))
    }

    /// A time, and the stretch that it lies in or that comes next.
    @Test(
        arguments: [
            ("2026-11-21T21:59:59+01:00", "2026-11-21T22:00:00+01:00", "2026-11-22T08:00:00+01:00"),
            ("2026-11-21T22:00:00+01:00", "2026-11-21T22:00:00+01:00", "2026-11-22T08:00:00+01:00"),
            ("2026-11-22T07:59:59.999+01:00", "2026-11-21T22:00:00+01:00", "2026-11-22T08:00:00+01:00"),
            ("2026-11-22T08:00:00+01:00", "2026-11-22T22:00:00+01:00", "2026-11-23T08:00:00+01:00"),
            // The night of the step forward has nine hours, that of the step back eleven.
            ("2026-03-28T23:00:00+01:00", "2026-03-28T22:00:00+01:00", "2026-03-29T08:00:00+02:00"),
            ("2026-10-25T00:30:00+02:00", "2026-10-24T22:00:00+02:00", "2026-10-25T08:00:00+01:00"),
        ]
    )
    func `a night in Berlin ends at eight by Berlin's clock`(_ now: String, _ begin: String, _ end: String) throws {
        let span = try Self.night().span(at: try Self.time(now))
        #expect(span == (try Self.time(begin))..<(try Self.time(end)))
    }

    /// From, to, a time, begin, end: 02:00 to 03:00 is not there on the first of the days, and twice on the second.
    @Test(
        arguments: [
            (60, 150, "2026-03-29T01:30:00+01:00", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"),
            (150, 240, "2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"),
            // All of it is swallowed: the next day's comes next.
            (130, 160, "2026-03-29T00:30:00+01:00", "2026-03-30T02:10:00+02:00", "2026-03-30T02:40:00+02:00"),
            (60, 150, "2026-10-25T02:40:00+02:00", "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+01:00"),
            (150, 240, "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+02:00", "2026-10-25T04:00:00+01:00"),
        ]
    )
    func
        `what the clock skips is the moment of the step, and what it shows twice begins with the first and ends with the second`(
            _ from: Int,
            _ to: Int,
            _ now: String,
            _ begin: String,
            _ end: String
        ) throws
    {
        let window = try Self.night(from: from, to: to)
        #expect(window.span(at: try Self.time(now)) == (try Self.time(begin))..<(try Self.time(end)))
    }

    @Test(
        arguments: [
            ("Asia/Shanghai", "2026-11-21T12:00:00Z", "2026-11-21T14:00:00Z"),
            ("UTC", "2026-11-21T12:00:00Z", "2026-11-21T22:00:00Z"),
            ("America/St_Johns", "2026-11-21T12:00:00Z", "2026-11-22T01:30:00Z"),
            ("Pacific/Kiritimati", "2026-11-21T12:00:00Z", "2026-11-21T08:00:00Z"),
        ]
    )
    func `each zone has its own night`(_ zone: String, _ now: String, _ begin: String) throws {
        #expect(try Self.night(zone).span(at: try Self.time(now)).lowerBound == (try Self.time(begin)))
    }

    @Test func `a year of hours lies in one stretch each or before the next, and stretches never overlap`() throws {
        for zone in ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Shanghai"] {
            let window = try Self.night(zone)
            let start = try Self.time("2026-01-01T00:00:00Z")
            var last: Range<Timestamp>?
            for hour in 0..<(366 * 24) {
                let now = start + .seconds(Int64(hour) * 3600)
                let span = window.span(at: now)
                #expect(now < span.upperBound && span.lowerBound - now <= .seconds(15 * 3600))
                #expect((8...12).contains(Int((span.upperBound - span.lowerBound) / .seconds(3600))))
                if let last, last != span { #expect(last.upperBound < span.lowerBound) }
                let end = try #require(window.lastEnd(before: now))
                #expect(end <= now && now - end <= .seconds(26 * 3600))
                last = span
            }
        }
    }

    @Test(arguments: [
        (-1, 60, "UTC"), (0, 1440, "UTC"), (60, 60, "UTC"), (0, 60, "Berlin"), (0, 60, ""), (0, 60, "../etc"),
    ])
    func `what is no stretch of a day is none`(_ from: Int, _ to: Int, _ zone: String) {
        #expect(DailyWindow(from: from, to: to, zone: zone) == nil)
    }

    @Test func `the ends of time don't overflow`() throws {
        let window = try Self.night()
        for time in [Timestamp(milliseconds: .min), Timestamp(milliseconds: .max), .distantFuture, .latest] {
            _ = window.span(at: time)
            _ = window.lastEnd(before: time)
        }
    }
}
