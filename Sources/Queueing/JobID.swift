/// A message's id: 64 bits that sort by the time of acceptance, shown as 13 characters of Crockford's base 32 in lower case.
public struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Reads the form that `description` writes; capitals are taken too. `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == JobID.length else { return nil }
        var value: UInt64 = 0
        for character in text.utf8 {
            let lower = 65...90 ~= character ? character + 32 : character
            guard let digit = JobID.digits.firstIndex(of: lower), value >> 59 == 0 else { return nil }
            value = value << 5 | UInt64(digit)
        }
        self.init(rawValue: value)
    }

    public static func < (left: JobID, right: JobID) -> Bool {
        left.rawValue < right.rawValue
    }

    public var description: String {
        var rest = rawValue
        var text = [UInt8](repeating: 0, count: JobID.length)
        for index in text.indices.reversed() {
            text[index] = JobID.digits[Int(rest & 31)]
            rest >>= 5
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let length = 13
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
