import Addressing
import Clients
import WeirPorts

/// The path and query of a relayed call, taken apart without changing a byte that need not change.
struct RelayTarget: Equatable, Sendable {
    /// Double slashes made single, and bytes above ASCII percent-encoded; otherwise as received: what goes on the wire.
    var path: String
    /// The path with percent-escapes decoded, in lower case and without a slash at its end: what rules are matched against, so that
    /// no spelling slips past them.
    var canonicalPath: String
    /// Query items as received, in order, without the ampersands, empty ones too; none at all without a question mark.
    var items: [Substring]

    /// Bytes of path and query. Nothing of WeChat's needs as many, and its servers' front ends take no more.
    static let limit = 16 << 10

    /// Raw bytes above ASCII are percent-encoded: callers build such URLs by hand, and they can mean nothing else.
    init(_ received: String) throws(RelayTargetProblem) {
        guard received.utf8.count <= RelayTarget.limit else { throw .tooLong }
        let target = try RelayTarget.visible(received)
        guard target.utf8.count <= RelayTarget.limit else { throw .tooLong }
        let parts = RelayTarget.split(target[...], at: UInt8(ascii: "?"), maxSplits: 1)
        guard let first = parts.first, first.utf8.first == RelayTarget.slash else { throw .noPath }
        path = RelayTarget.singleSlashes(first)
        items = parts.count == 2 ? RelayTarget.split(parts[1], at: UInt8(ascii: "&")) : []
        guard let decoded = PercentEncoding.decode(path[...]) else { throw .noPath }
        var canonical = RelayTarget.singleSlashes(decoded[...]).lowercased()
        while canonical.utf8.count > 1, canonical.utf8.last == RelayTarget.slash { canonical.removeLast() }
        guard !RelayTarget.hasDotSegment(canonical), !canonical.utf8.contains(UInt8(ascii: "%")) else {
            throw .noPath
        }
        canonicalPath = canonical
    }

    private static let slash = UInt8(ascii: "/")

    /// By bytes: a search by characters costs as much as all else that is done with a target.
    private static func split(_ text: Substring, at separator: UInt8, maxSplits: Int = .max) -> [Substring] {
        let bytes = text.utf8.span
        var (parts, from, start) = ([Substring](), 0, text.startIndex)
        for offset in bytes.indices where bytes[offset] == separator && parts.count < maxSplits {
            let end = text.utf8.index(start, offsetBy: offset - from)
            parts.append(text[start..<end])
            (from, start) = (offset + 1, text.utf8.index(after: end))
        }
        parts.append(text[start...])
        return parts
    }

    private static func hasDotSegment(_ path: String) -> Bool {
        guard path.utf8.contains(UInt8(ascii: ".")) else { return false }
        return split(path[...], at: slash).contains { $0 == "." || $0 == ".." }
    }

    /// The decoded value of the first query item of that name.
    func value(_ name: String) -> String? {
        guard let item = items.first(where: { RelayTarget.isItem($0, named: name) }) else { return nil }
        return PercentEncoding.decode(RelayTarget.value(of: item))
    }

    /// The decoded values of all query items of that name, in order; broken ones as they stand.
    func values(_ name: String) -> [String] {
        items.filter { RelayTarget.isItem($0, named: name) }.map { RelayTarget.text(of: $0) }
    }

    /// How many query items have that name.
    func count(_ name: String) -> Int { items.count { RelayTarget.isItem($0, named: name) } }

    /// The whole target as it goes on, but for a token.
    var whole: String {
        items.isEmpty ? path : path + "?" + items.joined(separator: "&")
    }

    /// Whether an item has that name, however it is escaped. A name alone counts as one with an empty value.
    static func isItem(_ item: Substring, named name: String) -> Bool {
        let key = item.utf8.prefix { $0 != UInt8(ascii: "=") }
        if key.elementsEqual(name.utf8) { return true }
        return key.contains(UInt8(ascii: "%")) && PercentEncoding.decode(Substring(key)) == name
    }

    /// What stands behind the item's name, as received.
    static func value(of item: Substring) -> Substring {
        item.utf8.firstIndex(of: UInt8(ascii: "=")).map { item[item.utf8.index(after: $0)...] } ?? ""
    }

    /// An item's value, decoded as far as it can be.
    static func text(of item: Substring) -> String {
        let value = value(of: item)
        return PercentEncoding.decode(value) ?? String(value)
    }

    /// The target in visible ASCII: what no URL has is refused, what is no ASCII is escaped.
    private static func visible(_ target: String) throws(RelayTargetProblem) -> String {
        var isASCII = true
        for byte in target.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): throw .byte("a backslash")
            case UInt8(ascii: "#"): throw .byte("a `#`")
            case 0x20: throw .byte("a space")
            case 0..<0x20, 0x7F: throw .byte("a control character")
            case 0x80...: isASCII = false
            default: break
            }
        }
        guard !isASCII else { return target }
        var result = ""
        for byte in target.utf8 {
            if byte < 0x80 {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += PercentEncoding.escape(byte)
            }
        }
        return result
    }

    private static func singleSlashes(_ path: Substring) -> String {
        let bytes = path.utf8.span
        let isDoubled = bytes.indices.dropFirst().contains { bytes[$0] == slash && bytes[$0 - 1] == slash }
        guard isDoubled else { return String(path) }
        var result = ""
        for character in path where character != "/" || result.last != "/" { result.append(character) }
        return result
    }
}

extension RelayTarget {
    /// What is sent before and behind the app's real token, which goes where the first of Weir's stands. Others of Weir's say the same
    /// again and are left out; whatever else is called access_token stays.
    func splitAtVirtualToken() -> (prefix: String, suffix: String)? {
        guard let index = items.firstIndex(where: RelayTarget.isVirtualToken) else { return nil }
        var (prefix, suffix) = (path + "?", "")
        for item in items[..<index] {
            prefix += item
            prefix += "&"
        }
        prefix += Substring(items[index].utf8.prefix { $0 != UInt8(ascii: "=") })
        prefix += "="
        for item in items[(index + 1)...] where !RelayTarget.isVirtualToken(item) {
            suffix += "&"
            suffix += item
        }
        return (prefix, suffix)
    }

    /// Weir's tokens among the items called access_token, in order.
    var virtualTokens: [String] {
        items.filter(RelayTarget.isVirtualToken).map(RelayTarget.text)
    }

    mutating func removeVirtualTokens() {
        items.removeAll(where: RelayTarget.isVirtualToken)
    }

    private static func isVirtualToken(_ item: Substring) -> Bool {
        guard isItem(item, named: "access_token") else { return false }
        let value = value(of: item)
        if value.utf8.starts(with: VirtualToken.prefix.utf8) { return true }
        guard value.utf8.contains(UInt8(ascii: "%")) else { return false }
        return PercentEncoding.decode(value)?.hasPrefix(VirtualToken.prefix) ?? false
    }

    /// Another value in every item of that name whose value is among `old`.
    mutating func replace(_ name: String, among old: [String], with value: String) {
        for (index, item) in items.enumerated()
        where RelayTarget.isItem(item, named: name) && old.contains(RelayTarget.text(of: item)) {
            items[index] = Substring(item.prefix { $0 != "=" } + "=" + PercentEncoding.escape(value))
        }
    }

    /// Where a token of Weir's stands that nothing takes out: WeChat would get to see it.
    var strayToken: RelayTargetProblem? {
        if VirtualToken.occurs(in: path[...]) { return .strayToken("the path") }
        let isStray = items.contains { !RelayTarget.isVirtualToken($0) && VirtualToken.occurs(in: $0) }
        return isStray ? .strayToken("another place of the query") : nil
    }
}

/// Why a request's target can't be one of WeChat's: found before anything of the call is queued or sent.
enum RelayTargetProblem: Error, Equatable {
    /// No slash in front, a dot segment, a broken or hidden escape.
    case noPath
    /// Longer than can be sent on.
    case tooLong
    /// A byte that stands in no URL.
    case byte(String)
    /// A token of Weir's in another place than access_token.
    case strayToken(String)

    var refusal: RelayRefusal {
        self == .tooLong ? .requestTooLarge : .notRelayed
    }

    /// In words that repeat nothing of the target.
    var why: String {
        switch self {
        case .noPath: "the path is not one of WeChat's API"
        case .tooLong: "path and query are over \(RelayTarget.limit) bytes"
        case .byte(let name): "path or query has \(name) in it, which must be percent-encoded"
        case .strayToken(let place): "a token of Weir's stands in \(place), and is read only as access_token"
        }
    }
}
