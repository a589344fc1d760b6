import Timekeeping
import WeChat

/// Texts that come from outside, made fit to be shown.
enum AlertText {
    /// Characters of a value that are looked at: more than any text that is sent can hold.
    static let longest = 8192

    /// Without control characters, without those that turn the direction of writing and without those that nobody sees; line ends and
    /// tabs become a space. Of a text longer than ``longest`` the beginning.
    static func plain(_ text: String) -> String {
        // No scalar has less than a byte: whether it is too long shows without a look at each.
        let scalars = text.unicodeScalars.prefix(longest)
        guard text.utf8.count > longest || scalars.contains(where: isUnwanted) else { return text }
        var plain = String.UnicodeScalarView()
        for scalar in scalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029: plain.append(" ")
            case 0x200D where plain.last.map(isJoinable) ?? false: plain.append(scalar)
            default: if !isUnwanted(scalar) { plain.append(scalar) }
            }
        }
        return String(plain)
    }

    /// Whether there is nothing to see, which no receiver takes.
    static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint }
    }

    /// The text with no `<` left before an `@`, which is how a mention begins at WeCom.
    static func withoutMentions(_ text: String) -> String {
        withoutBracket(text, before: ["@"])
    }

    /// The text with no `<` left before an `a`, which is how a link begins in a text of a WeCom app.
    static func withoutLinks(_ text: String) -> String {
        withoutBracket(text, before: ["a", "A"])
    }

    /// Never longer than the text.
    private static func withoutBracket(_ text: String, before next: Set<Unicode.Scalar>) -> String {
        var safe = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            // One pass from the left: what comes together when something is taken out is seen too.
            if next.contains(scalar) { while safe.last == "<" { safe.removeLast() } }
            safe.append(scalar)
        }
        return String(safe)
    }

    /// The text with no `<at` left, which is how a mention begins at Feishu.
    static func withoutTags(_ text: String) -> String {
        ["<at", "<At", "<aT", "<AT"].reduce(text) { text, tag in
            text.replacing(tag, with: "\u{FF1C}" + tag.dropFirst())
        }
    }

    /// Whether a zero-width joiner after it makes one picture of two, such as a family.
    private static func isJoinable(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0xFE0F || scalar.value > 0x2000 && scalar.properties.isEmoji
    }

    private static func isUnwanted(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    /// At most so many characters as UTF-16 counts them, which is no less than any other count; never cut inside what a reader sees as
    /// one character. What was cut ends in an ellipsis.
    static func cut(_ text: String, characters limit: Int) -> String {
        cut(text, to: limit, ellipsis: 1) { $0.utf16.count }
    }

    /// At most so many bytes of UTF-8.
    static func cut(_ text: String, bytes limit: Int) -> String {
        cut(text, to: limit, ellipsis: 3) { $0.utf8.count }
    }

    /// At most so many characters as UTF-16 counts them, without the middle: the end of a path or a host tells as much as its beginning.
    static func cutInside(_ text: String, characters limit: Int) -> String {
        guard text.utf16.count > limit else { return text }
        let head = cut(text, characters: limit / 2)
        var (tail, used) = (text.endIndex, 0)
        while tail > text.startIndex {
            let before = text.index(before: tail)
            used += text[before..<tail].utf16.count
            guard used <= limit - limit / 2 else { break }
            tail = before
        }
        return head + text[tail...]
    }

    /// Whether the text has this name as a word of its own.
    static func names(_ text: String, _ name: String) -> Bool {
        let (bytes, word) = (Array(text.utf8), Array(name.utf8))
        guard word.count >= 3, bytes.count <= longest else { return false }
        var start = 0
        while let range = bytes[start...].firstRange(of: word) {
            let (before, after) = (bytes[..<range.lowerBound].last, bytes[range.upperBound...].prefix(2))
            // A full stop or a colon may end the sentence, or stand inside a host and its port.
            let isPoint = after.first.map { ".:".utf8.contains($0) } ?? false
            let next = isPoint ? after.dropFirst().first : after.first
            if !(before.map(isOfWord) ?? false), !(next.map(isOfWord) ?? false) { return true }
            start = range.lowerBound + 1
        }
        return false
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-_/~.".utf8.contains(byte)
        }
    }

    private static func cut(
        _ text: String,
        to limit: Int,
        ellipsis: Int,
        size: (Substring) -> Int
    ) -> String {
        guard size(text[...]) > limit else { return text }
        var (used, end) = (0, text.startIndex)
        while end < text.endIndex {
            let next = text.index(after: end)
            let cost = size(text[end..<next])
            guard used + cost <= limit - ellipsis else { break }
            (used, end) = (used + cost, next)
        }
        return text[..<end] + "…"
    }

    /// A time by the clock of Shanghai: `2026-11-21 17:00:05`.
    static func time(_ time: Timestamp) -> String {
        let text = time.rfc3339InChina
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
    }

    /// The different ones of these texts in their order, at most `limit` of them.
    static func distinct(_ texts: some Sequence<String>, atMost limit: Int) -> String {
        var seen: Set<String> = []
        var shown: [String] = []
        for text in texts where !text.isEmpty && seen.insert(text).inserted {
            if shown.count < limit { shown.append(text) }
        }
        let rest = seen.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// An address that can be opened, percent-encoded where it must be; nil for anything else.
    static func link(_ text: String) -> String? {
        guard text.hasPrefix("https://") || text.hasPrefix("http://"), text.utf8.count <= 2048 else { return nil }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let isAllowed = (0x21...0x7E).contains(byte) && !Array("\"<>\\^`{|}".utf8).contains(byte)
            if isAllowed {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
