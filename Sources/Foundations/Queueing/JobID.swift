public import Timekeeping

/// A message's id: 64 bits that sort by the time of acceptance, shown as 13 characters of Crockford's base 32 in lower case.
public struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The 64 bits: milliseconds since 1970 shifted left by 20, plus a counter. Larger ids are later ones.
    public let rawValue: UInt64

    /// Takes any 64 bits, such as those that a journal has stored.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Reads the form that `description` writes; capitals are taken too. `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard let value = JobID.read(String(text)) else { return nil }
        self.init(rawValue: value)
    }

    public static func < (left: JobID, right: JobID) -> Bool {
        left.rawValue < right.rawValue
    }

    public var description: String {
        var rest = rawValue
        var text = [13 of UInt8](repeating: 0)
        for index in text.indices.reversed() {
            text[index] = JobID.digits[Int(rest & 31)]
            rest >>= 5
        }
        guard let characters = try? UTF8Span(validating: text.span) else { return "" }
        return String(copying: characters)
    }

    /// Takes a concrete string: the characters of a generic one are read through witness tables, which costs ten times as much.
    private static func read(_ text: String) -> UInt64? {
        guard text.utf8.count == length else { return nil }
        var value: UInt64 = 0
        for character in text.utf8 {
            let digit = values[Int(character)]
            guard digit < 32, value >> 59 == 0 else { return nil }
            value = value << 5 | UInt64(digit)
        }
        return value
    }

    private static let length = 13
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// By character: its value, or 255.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in zip(UInt8(0)..., digits) {
            values[Int(digit)] = value
            if digit >= 97 { values[Int(digit) - 32] = value }
        }
        return values
    }()
}

/// Makes ids: milliseconds since 1970 shifted left by 20, plus a counter that starts at a random point in each millisecond.
///
/// Ids of one generator strictly increase, also when the wall clock steps back and when more than the counter holds are asked for
/// in one millisecond: they then run ahead of the clock.
public struct JobIDGenerator: Sendable {
    /// No clock is believed beyond this (the year 2527), so that the ids after it can't run out.
    private static let latest: UInt64 = 1 << 44 - 1 << 20

    private var last: UInt64 = 0
    private var chance: SplitMix64

    /// - Parameter seed: Chance, so that two processes do not make the same ids.
    public init(seed: UInt64) {
        chance = SplitMix64(seed: seed)
    }

    /// The next id, of the millisecond `now` or a later one.
    public mutating func next(at now: Timestamp) -> JobID {
        let start = min(UInt64(clamping: now.milliseconds), JobIDGenerator.latest) << 20
        if start > last | 0xF_FFFF {
            last = start | (chance.next() >> 45)
        } else {
            last += 1
        }
        return JobID(rawValue: last)
    }
}
