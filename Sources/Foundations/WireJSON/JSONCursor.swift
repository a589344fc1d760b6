/// One pass over a JSON text: it validates, remembers only where it stands, and allocates nothing.
///
/// The bytes are passed to every call, since a value that is kept can't hold a `Span`.
struct JSONCursor {
    /// The byte that is looked at next.
    var position: Int
    let rules: JSONRules
    /// Whether a member of the open object has been read.
    private var isInside = false

    /// - Parameter position: where a document begins, or a value inside a text that was checked before.
    init(at position: Int = 0, rules: JSONRules) {
        self.position = position
        self.rules = rules
    }

    func problem(_ reason: JSONProblem.Reason, at offset: Int) -> JSONProblem {
        JSONProblem(offset: offset, reason: reason)
    }

    /// The problem of a byte that may not stand here, or of the end that came instead.
    func unexpected(_ bytes: Span<UInt8>) -> JSONProblem {
        problem(position < bytes.count ? .unexpectedByte : .unexpectedEnd, at: position)
    }

    @inline(__always)
    mutating func skipWhitespace(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// Steps over what may stand before a document.
    mutating func begin(_ bytes: Span<UInt8>) throws(JSONProblem) {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            guard rules.allowsPadding else { throw problem(.byteOrderMark, at: 0) }
            position = 3
        }
        skipWhitespace(bytes)
    }

    /// Makes sure that nothing but white space follows the document.
    mutating func end(_ bytes: Span<UInt8>) throws(JSONProblem) {
        skipWhitespace(bytes)
        while rules.allowsPadding, position < bytes.count, bytes[position] == 0 {
            position += 1
            skipWhitespace(bytes)
        }
        guard position == bytes.count else { throw problem(.trailingBytes, at: position) }
    }

    /// Steps into the object that starts here.
    mutating func openObject(_ bytes: Span<UInt8>) throws(JSONProblem) {
        guard position < bytes.count else { throw problem(.unexpectedEnd, at: position) }
        guard bytes[position] == UInt8(ascii: "{") else { throw problem(.notAnObject, at: position) }
        position += 1
        isInside = false
    }

    /// The next member of the open object, or nil when its closing brace was passed.
    mutating func nextMember(_ bytes: Span<UInt8>) throws(JSONProblem) -> JSONMember? {
        skipWhitespace(bytes)
        guard position < bytes.count else { throw problem(.unexpectedEnd, at: position) }
        if bytes[position] == UInt8(ascii: "}") {
            position += 1
            return nil
        }
        if isInside {
            guard bytes[position] == UInt8(ascii: ",") else { throw unexpected(bytes) }
            position += 1
            skipWhitespace(bytes)
        }
        isInside = true
        let start = position + 1
        let isEscaped = try skipName(bytes)
        let name = start..<(nameEnd - 1)
        let valueStart = position
        let kind = try skipValue(bytes, depth: 1)
        return JSONMember(name: name, nameIsEscaped: isEscaped, value: valueStart..<position, kind: kind)
    }

    /// Where the name that was read last ended, its quote included.
    private var nameEnd = 0

    /// Passes a member's name and colon, up to the first byte of its value.
    mutating func skipName(_ bytes: Span<UInt8>) throws(JSONProblem) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw unexpected(bytes) }
        let isEscaped = try skipString(bytes)
        nameEnd = position
        skipWhitespace(bytes)
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { throw unexpected(bytes) }
        position += 1
        skipWhitespace(bytes)
        return isEscaped
    }
}

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
