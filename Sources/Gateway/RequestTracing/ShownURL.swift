import WeirPorts

/// A request's address as a span may show it. Of a query only values that can be no secret are left: those of a few names, and in a form
/// that none has. Everything else is `REDACTED`, the standard's word for it.
package enum ShownURL {
    /// In the place of what isn't shown.
    static let redacted = "REDACTED"

    /// Names whose values are words, numbers and times in WeChat's API and in Weir's own.
    private static let harmless: Set<Substring> = [
        "action", "app", "begin_date", "count", "end_date", "force", "grant_type", "lang", "limit", "offset", "since",
        "state", "type",
    ]
    /// Bytes of a name or value that is shown: fewer than any secret has.
    private static let longest = 24
    /// Items that are looked at; the rest is left out.
    private static let mostItems = 16

    /// The path of a target, as received, but for a recipient that it names.
    static func path(of target: String) -> String {
        let path = target.utf8.firstIndex(of: UInt8(ascii: "?")).map { target[..<$0] } ?? target[...]
        // Whoever mistypes it puts the openid where the app belongs.
        return path.hasPrefix(namingSomebody) ? namingSomebody + redacted : String(path)
    }

    /// How a path begins that has an app and an openid in it.
    private static let namingSomebody = "/v1/suppressions/"

    /// The query of a target; `nil` without one.
    static func query(of target: String) -> String? {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        let items = target[target.utf8.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: true)
        return items.prefix(mostItems).map(item).joined(separator: "&")
    }

    /// An absolute address.
    ///
    /// - Parameter target: path and query, perhaps with secrets in the query.
    package static func full(origin: String, target: String) -> String {
        origin + path(of: target) + (query(of: target).map { "?" + $0 } ?? "")
    }

    private static func item(_ item: Substring) -> String {
        guard let equals = item.utf8.firstIndex(of: UInt8(ascii: "=")) else { return redacted }
        let (name, value) = (item[..<equals], item[item.utf8.index(after: equals)...])
        guard isPlain(name) else { return redacted }
        return "\(name)=\(harmless.contains(name) && isPlain(value) ? String(value) : redacted)"
    }

    private static func isPlain(_ text: Substring) -> Bool {
        text.utf8.count <= longest
            && text.utf8.allSatisfy { byte in
                0x30...0x3A ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || "-._".utf8.contains(byte)
            }
    }
}
