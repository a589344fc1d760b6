extension JSONCursor {
    /// Passes the string whose opening quote stands here.
    ///
    /// - Returns: Whether it holds a backslash.
    mutating func skipString(_ bytes: Span<UInt8>) throws(JSONProblem) -> Bool {
        var index = position + 1
        var isEscaped = false
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                position = index + 1
                return isEscaped
            }
            if byte == UInt8(ascii: "\\") {
                isEscaped = true
                index = try escapeEnd(bytes, at: index)
            } else if byte < 0x20 {
                guard rules.allowsControlCharacters else { throw problem(.controlCharacter, at: index) }
                index += 1
            } else if byte < 0x80 || rules.allowsMalformedText {
                index += 1
            } else {
                index = try scalarEnd(bytes, at: index)
            }
        }
        throw problem(.unexpectedEnd, at: bytes.count)
    }

    /// The index after the escape whose backslash stands at `index`.
    private func escapeEnd(_ bytes: Span<UInt8>, at index: Int) throws(JSONProblem) -> Int {
        guard index + 1 < bytes.count else { throw problem(.unexpectedEnd, at: bytes.count) }
        if rules.allowsMalformedText { return index + 2 }
        switch bytes[index + 1] {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:  // " \ / b f n r t
            return index + 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit(bytes, at: index)
            if unit & 0xF800 != 0xD800 { return index + 6 }
            guard unit < 0xDC00 else { throw problem(.unpairedSurrogate, at: index) }
            let next = index + 6
            // A document that is cut here may have gone on with the other half.
            guard next < bytes.count else { throw problem(.unexpectedEnd, at: bytes.count) }
            guard bytes[next] == UInt8(ascii: "\\") else { throw problem(.unpairedSurrogate, at: index) }
            guard next + 1 < bytes.count else { throw problem(.unexpectedEnd, at: bytes.count) }
            guard bytes[next + 1] == UInt8(ascii: "u") else { throw problem(.unpairedSurrogate, at: index) }
            guard try codeUnit(bytes, at: next) & 0xFC00 == 0xDC00 else { throw problem(.unpairedSurrogate, at: index) }
            return next + 6
        default:
            throw problem(.invalidEscape, at: index)
        }
    }

    /// The value of the `\uXXXX` at `index`.
    private func codeUnit(_ bytes: Span<UInt8>, at index: Int) throws(JSONProblem) -> UInt16 {
        var unit: UInt16 = 0
        for offset in (index + 2)..<(index + 6) {
            guard offset < bytes.count else { throw problem(.unexpectedEnd, at: bytes.count) }
            guard let digit = JSONText.hexDigit(bytes[offset]) else { throw problem(.invalidEscape, at: index) }
            unit = unit << 4 | digit
        }
        return unit
    }

    /// The index after the UTF-8 sequence of two to four bytes at `index` (Unicode 16, table 3-7: no overlong forms,
    /// no surrogates, nothing above U+10FFFF).
    private func scalarEnd(_ bytes: Span<UInt8>, at index: Int) throws(JSONProblem) -> Int {
        let length: Int
        var lowest: UInt8 = 0x80
        var highest: UInt8 = 0xBF
        switch bytes[index] {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, lowest) = (3, 0xA0)
        case 0xED: (length, highest) = (3, 0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, lowest) = (4, 0x90)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, highest) = (4, 0x8F)
        default: throw problem(.invalidUTF8, at: index)
        }
        for offset in (index + 1)..<(index + length) {
            guard offset < bytes.count else { throw problem(.unexpectedEnd, at: bytes.count) }
            guard bytes[offset] >= lowest, bytes[offset] <= highest else { throw problem(.invalidUTF8, at: index) }
            (lowest, highest) = (0x80, 0xBF)
        }
        return index + length
    }
}
