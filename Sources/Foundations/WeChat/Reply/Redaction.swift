/// Removal of secrets from an answer that is on its way to a caller.
public enum Redaction {
    /// The bytes without any occurrence of a token; the same array, uncopied, where there is none.
    public static func cut(token: String, from bytes: [UInt8]) -> [UInt8] {
        cut(tokens: [token], from: bytes)
    }

    /// The bytes without any occurrence of the tokens, however they are spelled: plainly, or with some or all of their characters
    /// escaped as JSON or a URL does it, or as both do it one over the other. The same array, uncopied, where there is none.
    public static func cut(tokens: [String], from bytes: [UInt8]) -> [UInt8] {
        let needles = tokens.map { Array($0.utf8) }.filter { !$0.isEmpty && $0.count <= bytes.count }
        guard !needles.isEmpty else { return bytes }
        var found = needles.flatMap { plain($0, in: bytes.span) }
        found += escaped(needles, in: bytes.span)
        return found.isEmpty ? bytes : removing(found.sorted { $0.lowerBound < $1.lowerBound }, from: bytes)
    }

    private static func removing(_ found: [Range<Int>], from bytes: [UInt8]) -> [UInt8] {
        var rest: [UInt8] = []
        rest.reserveCapacity(bytes.count)
        var start = 0
        for range in found {
            if range.lowerBound > start { rest.append(contentsOf: bytes[start..<range.lowerBound]) }
            start = max(start, range.upperBound)
        }
        rest.append(contentsOf: bytes[start...])
        return rest
    }

    // MARK: As it is

    private static func plain(_ needle: [UInt8], in bytes: Span<UInt8>) -> [Range<Int>] {
        let table = skips(needle)
        var found: [Range<Int>] = []
        var start = 0
        while let index = find(needle, table, in: bytes, from: start) {
            start = index + needle.count
            found.append(index..<start)
        }
        return found
    }

    /// How far the search may move for each last byte (Horspool 1980): most bytes of a large file are never looked at.
    private static func skips(_ needle: [UInt8]) -> InlineArray<256, Int> {
        var table = InlineArray<256, Int>(repeating: needle.count)
        for index in 0..<(needle.count - 1) { table[Int(needle[index])] = needle.count - 1 - index }
        return table
    }

    private static func find(
        _ needle: [UInt8],
        _ skips: InlineArray<256, Int>,
        in bytes: Span<UInt8>,
        from start: Int
    ) -> Int? {
        var index = start
        while index + needle.count <= bytes.count {
            var offset = needle.count - 1
            while offset >= 0, bytes[index + offset] == needle[offset] { offset -= 1 }
            if offset < 0 { return index }
            index += skips[Int(bytes[index + needle.count - 1])]
        }
        return nil
    }

    // MARK: Escaped

    /// Tokens with at least one character escaped. Looked for around escapes alone: before the first one in it a token is plain.
    private static func escaped(_ needles: [[UInt8]], in bytes: Span<UInt8>) -> [Range<Int>] {
        var isPart = InlineArray<256, Bool>(repeating: false)
        for needle in needles { for byte in needle { isPart[Int(byte)] = true } }
        let reach = needles.map(\.count).max() ?? 0
        var found: [Range<Int>] = []
        var (done, index) = (0, 0)
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") || bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            let character = EscapedCharacter(in: bytes, at: index)
            guard character.isEscaped, isPart[Int(character.byte)] else {
                index = character.end
                continue
            }
            var begin = index
            while begin > max(done, index - reach), isPart[Int(bytes[begin - 1])] { begin -= 1 }
            if let range = match(needles, at: begin...index, in: bytes) {
                found.append(range)
                done = range.upperBound
            }
            index = max(done, character.end)
        }
        return found
    }

    /// A token that begins at one of these places and reaches over the last of them.
    private static func match(_ needles: [[UInt8]], at begins: ClosedRange<Int>, in bytes: Span<UInt8>) -> Range<Int>? {
        for begin in begins {
            for needle in needles {
                if let end = end(of: needle, at: begin, in: bytes), end > begins.upperBound { return begin..<end }
            }
        }
        return nil
    }

    private static func end(of needle: [UInt8], at begin: Int, in bytes: Span<UInt8>) -> Int? {
        var index = begin
        for byte in needle {
            guard index < bytes.count else { return nil }
            if bytes[index] == byte {
                index += 1
                continue
            }
            let character = EscapedCharacter(in: bytes, at: index)
            guard character.byte == byte else { return nil }
            index = character.end
        }
        return index
    }
}

/// A character as JSON (`\\u005f`, `\\/`) or a URL (`%5F`) may write it, or as both do it one over the other.
struct EscapedCharacter {
    /// What it stands for; of characters above ASCII only that they are no token's.
    private(set) var byte: UInt8
    /// Behind its last byte.
    private(set) var end: Int
    private(set) var isEscaped = false

    init(in bytes: Span<UInt8>, at start: Int) {
        byte = bytes[start]
        end = start + 1
        // Each turn undoes one escape. `%` and a backslash may be escaped themselves; more than this nobody does.
        for _ in 0..<4 {
            if byte == UInt8(ascii: "%"), let value = EscapedCharacter.hexadecimal(bytes, at: end, digits: 2) {
                (byte, end, isEscaped) = (UInt8(truncatingIfNeeded: value), end + 2, true)
            } else if byte == UInt8(ascii: "\\") {
                guard undoBackslash(in: bytes) else { return }
            } else {
                return
            }
        }
    }

    /// Backslashes of a text that was quoted twice are taken as one.
    private mutating func undoBackslash(in bytes: Span<UInt8>) -> Bool {
        var next = end
        while next < bytes.count, next < end + 7, bytes[next] == UInt8(ascii: "\\") { next += 1 }
        guard next < bytes.count else { return false }
        if bytes[next] == UInt8(ascii: "/") {
            (byte, end, isEscaped) = (UInt8(ascii: "/"), next + 1, true)
            return false
        }
        guard bytes[next] == UInt8(ascii: "u"),
            let value = EscapedCharacter.hexadecimal(bytes, at: next + 1, digits: 4)
        else { return false }
        (byte, end, isEscaped) = (UInt8(exactly: value) ?? 0xFF, next + 5, true)
        return true
    }

    private static func hexadecimal(_ bytes: Span<UInt8>, at start: Int, digits: Int) -> Int? {
        guard start + digits <= bytes.count else { return nil }
        var value = 0
        for index in start..<(start + digits) {
            switch bytes[index] {
            case 48...57: value = value * 16 + Int(bytes[index]) - 48
            case 65...70: value = value * 16 + Int(bytes[index]) - 55
            case 97...102: value = value * 16 + Int(bytes[index]) - 87
            default: return nil
            }
        }
        return value
    }
}
