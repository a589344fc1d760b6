/// One element of an `Accept` header, as far as choosing a format needs it.
package struct MediaRange: Equatable, Sendable {
    /// The most elements that are read; what follows is ignored.
    static let maximumCount = 32

    /// The specificity of a range that takes anything.
    package static let anything = 0

    /// The least specificity of a range that names a type in full.
    package static let named = 2

    var type: String
    var version: String?
    var quality: Double

    /// The elements that can be read; others are left out.
    package static func list(_ header: String) -> [MediaRange] {
        split(header.utf8[...], at: UInt8(ascii: ",")).prefix(maximumCount).compactMap(MediaRange.init)
    }

    private init?(_ element: Substring.UTF8View) {
        var parts = Self.split(element, at: UInt8(ascii: ";")).map { String(Self.trimmed(Substring($0))) }
        guard !parts.isEmpty else { return nil }
        type = parts.removeFirst().lowercased()
        guard type.utf8.contains(UInt8(ascii: "/")) else { return nil }
        quality = 1
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            let value = Self.unquoted(Self.trimmed(pair[1]))
            switch Self.trimmed(pair[0]).lowercased() {
            case "version":
                version = value
            case "q":
                guard let quality = Self.quality(value) else { return nil }
                self.quality = quality
            default:
                break
            }
        }
    }

    /// How closely the range fits a type in lower case: 3 with its version, 2 by its type, 1 by half of it, 0 for anything; nil if it
    /// doesn't. A type without a version fits whatever version is asked for.
    func specificity(for offered: String, version offeredVersion: String? = nil) -> Int? {
        if type == offered {
            guard let version, let offeredVersion else { return Self.named }
            return version == offeredVersion ? Self.named + 1 : nil
        }
        if type == "*/*" { return Self.anything }
        return type.hasSuffix("/*") && offered.hasPrefix(type.dropLast()) ? Self.anything + 1 : nil
    }

    /// A quality value of RFC 9110: 0 to 1 with at most three digits after the point, read a little more widely.
    private static func quality(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ MetricDescriptor.isDigit($0) || $0 == UInt8(ascii: ".") }) else { return nil }
        guard let value = Double(text), (0...1).contains(value) else { return nil }
        return value
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text.removeLast() }
        return text
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return String(text) }
        return String(text.dropFirst().dropLast())
    }

    /// Splits outside quoted strings.
    private static func split(_ text: Substring.UTF8View, at separator: UInt8) -> [Substring.UTF8View] {
        var isQuoted = false
        var isEscaped = false
        return text.split { byte in
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            }
            return byte == separator && !isQuoted
        }
    }
}
