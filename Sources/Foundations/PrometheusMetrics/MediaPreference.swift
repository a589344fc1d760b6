/// How much an `Accept` header wants one media type (RFC 9110 12.5.1): the most specific range that fits it decides.
package struct MediaPreference: Equatable, Sendable {
    /// From 0, not at all, to 1.
    package private(set) var quality = 0.0
    /// Of the range that decided.
    package private(set) var specificity = -1
    /// Where that range stands in the header, from 0.
    package private(set) var place = 0

    /// `nil` when no range fits.
    package init?(for type: String, version: String? = nil, in ranges: [MediaRange]) {
        for (place, range) in ranges.enumerated() {
            guard let specificity = range.specificity(for: type, version: version) else { continue }
            guard specificity > self.specificity || (specificity == self.specificity && range.quality > quality)
            else { continue }
            self.specificity = specificity
            self.quality = range.quality
            self.place = place
        }
        if specificity < 0 { return nil }
    }
}

/// A media range of an `Accept` header, as far as choosing a format needs it.
package struct MediaRange: Equatable, Sendable {
    /// The specificity of a range that takes anything.
    package static let anything = 0

    /// The least specificity of a range that names a type in full.
    package static let named = 2

    private var type: String
    private var version: String?
    /// Whether it asks for Prometheus' families of metrics, each with its length before it; protobuf may be anything.
    let isDelimitedFamilies: Bool
    let quality: Double

    /// The elements that can be read; others are left out.
    package static func list(_ header: String) -> [MediaRange] {
        WeightedElement.list(header).compactMap(MediaRange.init)
    }

    private init?(_ element: WeightedElement) {
        guard element.name.utf8.contains(UInt8(ascii: "/")) else { return nil }
        type = element.name
        version = element.parameters["version"]
        isDelimitedFamilies =
            element.parameters["proto"] == "io.prometheus.client.MetricFamily"
            && element.parameters["encoding"] == "delimited"
        quality = Double(element.weight) / 1000
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
}

/// One element of a header by which a client says what it likes best: `Accept`, `Accept-Encoding` (RFC 9110 12.5).
package struct WeightedElement: Equatable, Sendable {
    /// The most elements of a header that are read; what follows is ignored.
    package static let maximumCount = 32

    /// The media range or coding, in lower case.
    package var name: String
    /// By name in lower case, without quotes; of one name the last counts. `q` is not among them.
    package var parameters: [String: String] = [:]
    /// The weight in thousandths: 0, not at all, to 1000, which it is where none is said.
    package var weight = 1000

    /// The elements that can be read, in order; others are left out.
    package static func list(_ header: String) -> [WeightedElement] {
        split(header.utf8[...], at: UInt8(ascii: ",")).prefix(maximumCount).compactMap(WeightedElement.init)
    }

    private init?(_ element: Substring.UTF8View) {
        var parts = Self.split(element, at: UInt8(ascii: ";")).map { Self.trimmed(Substring($0)) }
        guard !parts.isEmpty else { return nil }
        name = parts.removeFirst().lowercased()
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            let key = Self.trimmed(pair[0]).lowercased()
            let value = Self.unquoted(Self.trimmed(pair[1]))
            guard key == "q" else {
                parameters[key] = value
                continue
            }
            guard let weight = Self.thousandths(value) else { return nil }
            self.weight = weight
        }
    }

    /// A weight of RFC 9110 12.4.2: 0 to 1 with at most three digits after the point. Java's `.2` is read, too.
    private static func thousandths(_ text: String) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole.isEmpty || whole == "0" || whole == "1" else { return nil }
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        guard !(whole.isEmpty && fraction.isEmpty), fraction.utf8.count <= 3,
            fraction.utf8.allSatisfy({ MetricDescriptor.isDigit($0) }),
            let rest = Int(fraction + String(repeating: "0", count: 3 - fraction.utf8.count))
        else { return nil }
        let value = (whole == "1" ? 1000 : 0) + rest
        return value <= 1000 ? value : nil
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
