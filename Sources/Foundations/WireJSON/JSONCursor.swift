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
