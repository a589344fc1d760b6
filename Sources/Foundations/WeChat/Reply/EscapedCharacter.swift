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
