import WireJSON

/// `client_msg_id`, the member of a template message by which WeChat knows a repeat: the same openid and id within 10
/// minutes are one message.
public enum ClientMessageID {
    /// How many characters an id of Weir's may have. WeChat documents no limit; 32 is what mass sends take.
    public static let longest = 32

    /// Whether a body has the member.
    public enum Finding: Equatable, Sendable {
        /// It is there. Without an id where it is empty, or no string: WeChat then has nothing to know a repeat by.
        case present(id: String?)
        /// It isn't; it can be inserted at this byte, the closing brace.
        case absent(closingBrace: Int, isEmptyObject: Bool)
        /// The body is no whole JSON object: it is not Weir's to touch.
        case unusable
    }

    /// Looks for the member in one pass over the body, which is read leniently.
    public static func inspect(_ body: [UInt8]) -> Finding {
        (try? scan(body)) ?? .unusable
    }

    /// The body with the member in front of the closing brace and every other byte as it was.
    ///
    /// - Returns: Nil when the body has such a member already (even an empty one), is no whole JSON object, or `id` is
    ///   not 1 to ``longest`` visible ASCII characters without quotes and backslashes.
    public static func splice(into body: [UInt8], id: String) -> [UInt8]? {
        guard isUsable(id), case .absent(let index, let isEmpty) = inspect(body) else { return nil }
        var spliced: [UInt8] = []
        spliced.reserveCapacity(body.count + id.utf8.count + 20)
        spliced.append(contentsOf: body[..<index])
        if !isEmpty { spliced.append(UInt8(ascii: ",")) }
        spliced.append(contentsOf: "\"client_msg_id\":\"".utf8)
        spliced.append(contentsOf: id.utf8)
        spliced.append(UInt8(ascii: "\""))
        spliced.append(contentsOf: body[index...])
        return spliced
    }

    /// The id that a body carries; nil when it has none, or an empty one.
    public static func find(in body: [UInt8]) -> String? {
        guard case .present(let id) = inspect(body) else { return nil }
        return id
    }

    /// Whether `id` may be spliced in as it is.
    public static func isUsable(_ id: String) -> Bool {
        (1...longest).contains(id.utf8.count)
            && id.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }

    private static func scan(_ body: [UInt8]) throws(JSONProblem) -> Finding {
        var found: JSONMember?
        var isEmpty = true
        let object = try JSONScanner.forEachMember(of: body.span, rules: .lenient) { member in
            isEmpty = false
            if member.isNamed("client_msg_id", in: body) { found = member }
        }
        guard let found else { return .absent(closingBrace: object.upperBound - 1, isEmptyObject: isEmpty) }
        let id = JSONValue(found, in: body).string ?? ""
        return .present(id: id.isEmpty ? nil : id)
    }
}
