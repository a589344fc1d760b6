/// What a request line's target means (RFC 9112 3.2).
enum RequestTarget {
    /// The authority of an absolute-form target and the path and query behind it; nil for every other form.
    ///
    /// `http://host:8080/a?b` is `("host:8080", "/a?b")`. A name and password before the host are left out: they are
    /// nobody's concern here and should not be kept.
    static func absoluteForm(_ target: String) -> (authority: String, path: String)? {
        let bytes = target.utf8
        // Nearly every target begins with a slash: nothing more is looked at then.
        guard let first = bytes.first, first != UInt8(ascii: "/") else { return nil }
        let length: Int
        switch target.prefix(8).lowercased() {
        case "https://": length = 8
        case let text where text.hasPrefix("http://"): length = 7
        default: return nil
        }
        let rest = bytes.dropFirst(length)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let host =
            rest[..<end].lastIndex(of: UInt8(ascii: "@")).map { rest[rest.index(after: $0)..<end] } ?? rest[..<end]
        let path = String(rest[end...]) ?? ""
        return (String(host) ?? "", path.hasPrefix("/") ? path : "/" + path)
    }
}
