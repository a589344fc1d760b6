/// The path and query of a relayed call, taken apart without changing a byte that need not change.
struct RelayTarget: Equatable, Sendable {
    /// Double slashes made single, otherwise as received: what goes on the wire.
    var path: String
    /// The path with percent-escapes decoded, in lower case and without a slash at its end: what rules are matched against, so that
    /// no spelling slips past them.
    var canonicalPath: String
    /// Query items as received, in order, without the ampersands.
    var items: [Substring]

    /// `nil` for what is no path: no slash in front, a dot segment, a broken or hidden escape.
    init?(_ target: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, first.hasPrefix("/") else { return nil }
        path = RelayTarget.singleSlashes(first)
        items = parts.count == 2 ? parts[1].split(separator: "&", omittingEmptySubsequences: true) : []
        guard let decoded = RelayTarget.decode(path[...]) else { return nil }
        var canonical = RelayTarget.singleSlashes(decoded[...]).lowercased()
        while canonical.count > 1, canonical.hasSuffix("/") { canonical.removeLast() }
        let segments = canonical.split(separator: "/", omittingEmptySubsequences: false)
        guard !segments.contains(where: { $0 == "." || $0 == ".." }), !canonical.contains("%") else { return nil }
        canonicalPath = canonical
    }

    /// The decoded value of the first query item of that name.
    func value(_ name: String) -> String? {
        guard let item = items.first(where: { RelayTarget.isItem($0, named: name) }) else { return nil }
        return RelayTarget.decode(item.dropFirst(name.utf8.count + 1))
    }

    static func isItem(_ item: Substring, named name: String) -> Bool {
        item.hasPrefix(name) && item.dropFirst(name.count).first == "="
    }

    /// Path and query before and behind the place of `name`'s value; the value itself is left out.
    func split(at name: String) -> (prefix: String, suffix: String)? {
        guard let index = items.firstIndex(where: { RelayTarget.isItem($0, named: name) }) else { return nil }
        let before = items[..<index].map { $0 + "&" }.joined()
        let after = items[(index + 1)...].map { "&" + $0 }.joined()
        return (path + "?" + before + name + "=", after)
    }

    /// The whole target without the items of that name.
    func removing(_ name: String) -> String {
        let rest = items.filter { !RelayTarget.isItem($0, named: name) }
        return rest.isEmpty ? path : path + "?" + rest.joined(separator: "&")
    }

    /// The whole target with another value for `name`.
    func replacing(_ name: String, with value: String) -> String {
        let item = "\(name)=\(RelayTarget.escape(value))"
        return path + "?" + items.map { RelayTarget.isItem($0, named: name) ? item : String($0) }.joined(separator: "&")
    }

    /// As a query's value: everything but RFC 3986's unreserved characters is escaped.
    static func escape(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0" + digits : "%" + digits
            }
        }
        return result
    }

    /// The whole target as received, but for double slashes.
    var whole: String {
        items.isEmpty ? path : path + "?" + items.joined(separator: "&")
    }

    private static func singleSlashes(_ path: Substring) -> String {
        guard path.contains("//") else { return String(path) }
        var result = ""
        for character in path where character != "/" || result.last != "/" { result.append(character) }
        return result
    }

    /// A value with its escapes resolved; `nil` where they are broken or no UTF-8.
    static func decode(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) || text.utf8.contains(UInt8(ascii: "+")) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
