extension Timestamp {
    /// Reads a time as RFC 3339 has it, offset included: `2026-11-21T09:00:00+08:00`, `2026-11-21T01:00:00.250Z`.
    ///
    /// `nil` for anything else, a leap second and a day that its month does not have included.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40 else { return nil }
        func number(_ start: Int, _ count: Int) -> Int? {
            guard start + count <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[start..<(start + count)] {
                guard 48...57 ~= byte else { return nil }
                value = value * 10 + Int(byte - 48)
            }
            return value
        }
        let separators: [(Int, [UInt8])] = [
            (4, [45]), (7, [45]), (10, [84, 116, 32]), (13, [58]), (16, [58]),
        ]
        for (index, allowed) in separators where !allowed.contains(bytes[index]) { return nil }
        guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
            let minute = number(14, 2), let second = number(17, 2), 1...12 ~= month, hour < 24, minute < 60,
            second < 60,
            day >= 1, day <= Timestamp.days(in: month, of: year)
        else { return nil }
        var position = 19
        var milliseconds = 0
        if bytes[position] == 46 {
            let start = position + 1
            position = start
            while position < bytes.count, 48...57 ~= bytes[position] { position += 1 }
            guard position > start else { return nil }
            let digits = bytes[start..<position].prefix(3).map { Int($0 - 48) } + [0, 0, 0]
            milliseconds = digits[0] * 100 + digits[1] * 10 + digits[2]
        }
        guard position < bytes.count else { return nil }
        var offset = 0
        switch bytes[position] {
        case 90, 122:
            guard position + 1 == bytes.count else { return nil }
        case 43, 45:
            guard position + 6 == bytes.count, bytes[position + 3] == 58, let hours = number(position + 1, 2),
                let minutes = number(position + 4, 2), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (bytes[position] == 45 ? -1 : 1)
        default: return nil
        }
        let days = Timestamp.daysSinceEpoch(year: Int64(year), month: Int64(month), day: Int64(day))
        let seconds = days * 86_400 + Int64(hour * 3600 + (minute - offset) * 60 + second)
        self.init(milliseconds: seconds * 1000 + Int64(milliseconds))
        // An offset may lead out of the years that can be written.
        guard Timestamp.earliest <= self, self <= Timestamp.latest else { return nil }
    }

    /// The last time that can be written: 9999-12-31T23:59:59.999Z.
    public static let latest = Timestamp(milliseconds: 253_402_300_799_999)
    /// The first one: 0000-01-01T00:00:00Z.
    private static let earliest = Timestamp(milliseconds: -62_167_219_200_000)

    /// The time in UTC with milliseconds, as RFC 3339 has it.
    public var rfc3339: String {
        var days = milliseconds / 86_400_000
        var rest = milliseconds % 86_400_000
        if rest < 0 {
            days -= 1
            rest += 86_400_000
        }
        let (year, month, day) = Timestamp.civil(days: days)
        func pad(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
        let time = "\(pad(rest / 3_600_000, 2)):\(pad(rest / 60_000 % 60, 2)):\(pad(rest / 1000 % 60, 2))"
        return "\(date)T\(time).\(pad(rest % 1000, 3))Z"
    }

    /// The time in China as RFC 3339 has it: `2026-11-21T17:00:00+08:00`, with milliseconds where there are any.
    public var rfc3339InChina: String {
        let shifted = (self + .seconds(8 * 3600)).rfc3339.dropLast()
        return (shifted.hasSuffix(".000") ? shifted.dropLast(4) : shifted) + "+08:00"
    }

    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar (Hinnant, chrono-compatible low-level date algorithms).
    static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The inverse of `daysSinceEpoch`.
    static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }
}
