import Addressing

/// Origins such as `https://api.weixin.qq.com` or `http://127.0.0.1:8089`.
struct OriginText: Equatable {
    enum Problem: Error, Equatable {
        case syntax
        /// A path, query, fragment or user stands in it.
        case excess
        /// The scheme is none of those allowed.
        case scheme
    }

    let scheme: String
    /// In lower case; an IPv6 address in brackets.
    let host: String
    let port: Int?

    var text: String {
        "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "")
    }

    /// 127.0.0.0/8, `[::1]` or `localhost`.
    var isLoopback: Bool {
        LoopbackAddress.contains(host)
    }

    /// Reads scheme, host and port; one slash at the end is dropped.
    init(_ text: String, schemes: [String]) throws(Problem) {
        guard let separator = text.firstRange(of: "://") else { throw .syntax }
        scheme = text[..<separator.lowerBound].lowercased()
        guard schemes.contains(scheme) else { throw .scheme }
        var authority = text[separator.upperBound...]
        if authority.hasSuffix("/") { authority = authority.dropLast() }
        if authority.contains(where: { "/?#@".contains($0) }) { throw .excess }
        guard let (name, digits) = HostPort.split(authority) else { throw .syntax }
        host = name.lowercased()
        port = digits.flatMap(HostPort.port)
        guard digits == nil || port ?? 0 > 0 else { throw .syntax }
        guard HostText.isHost(host) else { throw .syntax }
    }
}
