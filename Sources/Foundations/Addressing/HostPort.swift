/// A host and a port: where a listener binds, or whom a client talks to.
public struct HostPort: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address. An IPv6 address has no brackets here.
    public var host: String

    /// 0...65535. For a listener 0 means any free port.
    public var port: Int

    /// Checks nothing; use ``init(_:)`` for text that somebody typed.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port` or `[v6]:port`; nil for anything else. Whether such a host exists is found out on use.
    public init?(_ text: String) {
        guard let (host, digits) = Self.split(text[...]), let port = digits.flatMap(Self.port) else { return nil }
        let name = host.hasPrefix("[") ? host.dropFirst().dropLast() : host
        guard !name.isEmpty, !name.contains(" ") else { return nil }
        self.init(host: String(name), port: port)
    }

    /// `127.0.0.1:8080`, `[::1]:8080`.
    public var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Takes apart what a `Host` header or a URL has: `host`, `host:port`, `[v6]` or `[v6]:port`.
    ///
    /// - Returns: The host as it was written, with its brackets, and the digits behind the colon, of which there may be none. Nil
    ///   where something else follows the host.
    public static func split(_ authority: Substring) -> (host: Substring, port: Substring?)? {
        let end =
            authority.hasPrefix("[")
            ? authority.firstIndex(of: "]").map { authority.index(after: $0) }
            : authority.firstIndex(of: ":") ?? authority.endIndex
        guard let end else { return nil }
        let tail = authority[end...]
        if tail.isEmpty { return (authority[..<end], nil) }
        let digits = tail.dropFirst()
        guard tail.hasPrefix(":"), digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return (authority[..<end], digits)
    }

    /// A port number of one to five digits, at most 65535; nil for anything else.
    public static func port(_ digits: some StringProtocol) -> Int? {
        guard 1...5 ~= digits.utf8.count, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let port = Int(digits) else {
            return nil
        }
        return port <= 65_535 ? port : nil
    }
}
