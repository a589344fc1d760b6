/// The scalar values of JSON: decoding of what a scan has found, and the escaping of what is written.
package enum JSONText {
    /// What a hexadecimal digit stands for; nil for any other byte.
    @inlinable
    package static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case 0x30...0x39: UInt16(byte - 0x30)
        case 0x41...0x46: UInt16(byte - 0x41 + 10)
        case 0x61...0x66: UInt16(byte - 0x61 + 10)
        default: nil
        }
    }

    /// The text of a string's inside. Bytes that are no UTF-8 and half surrogates become U+FFFD; an escape that JSON
    /// doesn't have stands for its second character.
    package static func string(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        let slice = bytes[range]
        guard slice.contains(UInt8(ascii: "\\")) else { return String(decoding: slice, as: UTF8.self) }
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        appendDecoded(bytes.span, range, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends a string's inside with its escapes resolved, as UTF-8.
    static func appendDecoded(_ bytes: Span<UInt8>, _ range: Range<Int>, to text: inout [UInt8]) {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\\"), index + 1 < range.upperBound else {
                text.append(byte)
                index += 1
                continue
            }
            index += 2
            switch bytes[index - 1] {
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"): appendEscapedScalar(bytes, range, at: &index, to: &text)
            case let other: text.append(other)
            }
        }
    }

    /// Appends one byte of a string's inside: quotes and backslashes behind a backslash, what is below 0x20 as `\u00XX`.
    static func appendEscaped(_ byte: UInt8, to text: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            text.append(UInt8(ascii: "\\"))
            text.append(byte)
        case 0..<0x20:
            text.append(contentsOf: "\\u00".utf8)
            text.append(0x30 + byte >> 4)
            let low = byte & 0xF
            text.append(low < 10 ? 0x30 + low : 0x57 + low)
        default:
            text.append(byte)
        }
    }

    /// Appends the scalar whose four digits start at `index`, with the second half of a surrogate pair if one follows.
    private static func appendEscapedScalar(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        at index: inout Int,
        to text: inout [UInt8]
    ) {
        guard let unit = codeUnit(bytes, range, at: index) else {
            text.append(UInt8(ascii: "u"))
            return
        }
        index += 4
        var value = UInt32(unit)
        if unit & 0xFC00 == 0xD800, index + 1 < range.upperBound, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u"), let low = codeUnit(bytes, range, at: index + 2),
            low & 0xFC00 == 0xDC00
        {
            index += 6
            value = 0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(low & 0x3FF))
        }
        text.append(contentsOf: Unicode.UTF8.encode(Unicode.Scalar(value) ?? "\u{FFFD}") ?? .init())
    }

    private static func codeUnit(_ bytes: Span<UInt8>, _ range: Range<Int>, at index: Int) -> UInt16? {
        guard index + 4 <= range.upperBound else { return nil }
        var unit: UInt16 = 0
        for offset in index..<(index + 4) {
            guard let digit = hexDigit(bytes[offset]) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }

    /// The integer that a run of digits with an optional sign stands for; nil for fractions, exponents and what
    /// doesn't fit in 64 bits.
    package static func integer(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        var index = range.lowerBound
        guard index < range.upperBound else { return nil }
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        guard index < range.upperBound else { return nil }
        var value: Int64 = 0
        while index < range.upperBound {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            // Summed below zero, where the range is one larger.
            let (sum, carry) = scaled.subtractingReportingOverflow(Int64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
            index += 1
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// Whether the bytes of `range` are exactly `name`'s.
    @inlinable
    package static func equals(_ bytes: Span<UInt8>, _ range: Range<Int>, _ name: String) -> Bool {
        guard range.count == name.utf8.count else { return false }
        var index = range.lowerBound
        for byte in name.utf8 {
            guard bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }
}
