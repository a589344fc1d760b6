import WireJSON

extension ReplyClassifier {
    /// Takes an errmsg apart: `... rid: 62bac4fd-3b536b18-3819fb88`.
    static func split(_ body: [UInt8], _ range: Range<Int>) -> (errmsg: String, rid: String?) {
        let kept = range.prefix(longestText)
        let text = JSONText.string(body, kept.startIndex..<kept.endIndex)
        var bytes = Array(text.utf8)
        let marker = Array("rid: ".utf8)
        var start = bytes.count - marker.count
        while start >= 0, !bytes[start...].starts(with: marker) { start -= 1 }
        guard start >= 0 else { return (text, nil) }
        let rid = bytes[(start + marker.count)...].prefix { byte in
            byte == UInt8(ascii: "-") || JSONText.hexDigit(byte) != nil
        }
        guard !rid.isEmpty, rid.endIndex == bytes.count || bytes[rid.endIndex] <= 0x20 else { return (text, nil) }
        let id = String(decoding: rid, as: UTF8.self)
        bytes.removeSubrange(start..<rid.endIndex)
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        return (String(decoding: bytes, as: UTF8.self), id)
    }

    /// Whether a body that may be a file is JSON after all, as errors on media paths are.
    static func isJSON(_ contentType: String?, _ body: Span<UInt8>) -> Bool {
        if let contentType, !contentType.isEmpty {
            if hasPrefix(contentType, "application/json") { return true }
            if !hasPrefix(contentType, "text/") { return false }
        }
        return begins(body, "{")
    }

    /// Whether a text begins with `character`, a byte order mark and white space apart.
    static func begins(_ body: Span<UInt8>, _ character: Unicode.Scalar) -> Bool {
        let index = textStart(body)
        return index < body.count && body[index] == UInt8(ascii: character)
    }

    /// Where the text begins after a byte order mark and white space.
    private static func textStart(_ body: Span<UInt8>) -> Int {
        var index = starts(body, at: 0, with: "\u{FEFF}") ? 3 : 0
        while index < body.count, body[index] <= 0x20 { index += 1 }
        return index
    }

    /// Whether a body that may be a file is a page of some proxy.
    static func isPage(_ contentType: String?, _ body: Span<UInt8>) -> Bool {
        if let contentType, !contentType.isEmpty { return hasPrefix(contentType, "text/html") }
        let index = textStart(body)
        return starts(body, at: index, with: "<!doctype") || starts(body, at: index, with: "<html")
    }

    private static func starts(_ body: Span<UInt8>, at start: Int, with prefix: String) -> Bool {
        guard start + prefix.utf8.count <= body.count else { return false }
        var index = start
        for byte in prefix.utf8 {
            guard lowercase(body[index]) == byte else { return false }
            index += 1
        }
        return true
    }

    /// Compares without regard to ASCII case; `prefix` is in lower case.
    private static func hasPrefix(_ text: String, _ prefix: String) -> Bool {
        text.utf8.lazy.map(lowercase).starts(with: prefix.utf8)
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
