/// The content codings that an answer can be sent in.
public enum ContentCoding: String, Hashable, Sendable, CaseIterable {
    /// As it is.
    case identity

    /// As ``Gzip`` makes it.
    case gzip

    /// The value of the `Content-Encoding` header; `identity` has none.
    public var contentEncoding: String? {
        self == .identity ? nil : rawValue
    }

    /// The most elements of a header that are read; what follows is ignored.
    public static let maximumElements = 32

    /// Picks the coding that an `Accept-Encoding` header prefers (RFC 9110, 12.5.3).
    ///
    /// gzip must be named, or be covered by `*`, with a quality above 0 and not below that of `identity`. Everything
    /// else, a missing header and one that refuses both included, gets `identity`: better a body than none.
    public static func negotiate(acceptEncoding: String?) -> ContentCoding {
        guard let acceptEncoding else { return .identity }
        var qualities: [String: Int] = [:]
        for element in acceptEncoding.split(separator: ",").prefix(maximumElements) {
            guard let (name, quality) = read(element) else { continue }
            qualities[name] = max(qualities[name] ?? 0, quality)
        }
        let gzip = qualities["gzip"] ?? qualities["x-gzip"] ?? qualities["*"] ?? 0
        let identity = qualities["identity"] ?? 0
        return gzip > 0 && gzip >= identity ? .gzip : .identity
    }

    /// A coding and its quality in thousandths; nil if they can't be read.
    private static func read(_ element: Substring) -> (name: String, quality: Int)? {
        let parts = element.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        guard let name = parts.first?.lowercased(), !name.isEmpty else { return nil }
        var quality = 1000
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(trimmed)
            guard pair.count == 2, pair[0].lowercased() == "q" else { continue }
            guard let thousandths = thousandths(pair[1]) else { return nil }
            quality = thousandths
        }
        return (name, quality)
    }

    /// A quality value: 0 or 1, with at most three digits after the point, and at most 1.
    private static func thousandths(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole == "0" || whole == "1" else { return nil }
        var fraction = parts.count == 2 ? String(parts[1]) : ""
        guard fraction.utf8.count <= 3, fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        while fraction.utf8.count < 3 { fraction += "0" }
        guard let rest = Int(fraction) else { return nil }
        let value = (whole == "1" ? 1000 : 0) + rest
        return value <= 1000 ? value : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text.removeLast() }
        return text
    }
}
