import Testing
import Timekeeping

@Suite struct TimestampRFC3339Tests {
    static let good: [(String, Int64)] = [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T08:00:00+08:00", 0), ("1969-12-31T23:59:59.999Z", -1),
        ("2026-11-21T09:00:00+08:00", 1_795_222_800_000), ("2026-11-21T01:00:00.250Z", 1_795_222_800_250),
        ("2026-11-21t01:00:00z", 1_795_222_800_000), ("2026-11-21 01:00:00Z", 1_795_222_800_000),
        ("2026-11-20T13:30:00-11:30", 1_795_222_800_000), ("2000-02-29T00:00:00Z", 951_782_400_000),
        ("2024-02-29T12:00:00.1+00:00", 1_709_208_000_100), ("2024-02-29T12:00:00.123456789Z", 1_709_208_000_123),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000), ("2026-11-21T00:00:00-00:00", 1_795_219_200_000),
    ]

    @Test(arguments: good)
    func `a time with its offset is read`(_ text: String, _ milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T09:00:00", "2026-11-21T09:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-00T00:00:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T23:60:00Z", "2026-12-31T23:59:60Z", "2026-11-21T09:00:00+0800", "2026-11-21T09:00:00+08",
        "2026-11-21T09:00:00+24:00",
        "2026-11-21T09:00:00.Z", "2026-11-21T09:00:00Zx", " 2026-11-21T09:00:00Z", "2026-11-21T09:00:00+08:60",
        "2026/11/21T09:00:00Z",
        "+026-11-21T09:00:00Z", "2026-11-21T09:00:00.123", "２０２６-11-21T09:00:00Z", "1795222800", "2026-1-21T009:00:00Z",
    ])
    func `anything else is no time`(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(arguments: [
        ("2026-11-20T16:00:00Z", "2026-11-21T00:00:00+08:00"),
        ("2026-11-21T01:02:03.045Z", "2026-11-21T09:02:03.045+08:00"),
        ("2026-12-31T23:59:59Z", "2027-01-01T07:59:59+08:00"),
    ])
    func `a time is said as China's clocks show it`(time: String, text: String) {
        #expect(Timestamp(rfc3339: time)?.rfc3339InChina == text)
    }

    @Test(arguments: good)
    func `what is written is read as the same`(_ text: String, _ milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(time.rfc3339.hasSuffix("Z"))
        #expect(Timestamp(rfc3339: time.rfc3339) == time)
    }

    @Test func `every day of four centuries is written and read`() {
        for day in stride(from: Int64(-73_000), to: 146_000, by: 1) {
            let time = Timestamp(milliseconds: day * 86_400_000 + 1)
            guard Timestamp(rfc3339: time.rfc3339) == time else {
                Issue.record("\(day): \(time.rfc3339)")
                return
            }
        }
        #expect(Timestamp(milliseconds: 1_795_222_800_250).rfc3339 == "2026-11-21T01:00:00.250Z")
    }

    @Test(arguments: [
        ("9999-12-31T23:59:59.999Z", true), ("9999-12-31T23:59:59-00:01", false), ("0000-01-01T00:00:00Z", true),
        ("0000-01-01T00:00:00+00:01", false), ("9999-12-31T23:59:59+23:59", true),
    ])
    func `an offset doesn't lead out of the years that can be written`(_ text: String, _ isTime: Bool) {
        #expect((Timestamp(rfc3339: text) != nil) == isTime)
    }

    @Test(arguments: [Int64.min, .min + 1, -1, 0, .max - 1, .max])
    func `no time traps, however far`(_ milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(!time.rfc3339.isEmpty && !time.rfc3339InChina.isEmpty)
        #expect((time + .seconds(Int64.max)) >= (time + .zero))
        #expect((time - Timestamp(milliseconds: .min)).retryAfterSeconds >= 1)
    }
}
