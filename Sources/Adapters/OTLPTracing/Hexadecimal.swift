/// Numbers in lower-case hexadecimal of a fixed width, the only form in which ids cross a wire as text.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func append(_ number: UInt64, width: Int = 16, to text: inout [UInt8]) {
        for position in stride(from: (width - 1) * 4, through: 0, by: -4) {
            text.append(digits[Int(truncatingIfNeeded: number >> UInt64(position)) & 0xF])
        }
    }

    static func text(_ numbers: UInt64...) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(numbers.count * 16)
        for number in numbers { append(number, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    /// At most 16 digits; `nil` if there are none, more, or a character is no lower-case digit.
    static func number(_ digits: some Collection<UInt8>) -> UInt64? {
        guard (1...16).contains(digits.count) else { return nil }
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}
