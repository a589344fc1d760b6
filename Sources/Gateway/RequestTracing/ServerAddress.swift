import Addressing
import Tracing

/// The host and port that a request is for.
struct ServerAddress: Equatable {
    var host: String
    var port: Int

    /// Of an authority: `host`, `host:port`, `[v6]:port`; without a port it is the scheme's own. `nil` for anything else.
    init?(authority: Substring, scheme: Substring) {
        guard let (host, digits) = HostPort.split(authority), !host.isEmpty else { return nil }
        self.host = String(host.hasPrefix("[") ? host.dropFirst().dropLast() : host)
        port = digits.flatMap(HostPort.port) ?? (scheme == "https" ? 443 : 80)
    }

    /// Of scheme and authority, such as `https://api.weixin.qq.com`.
    init?(origin: String) {
        guard let mark = origin.firstRange(of: "://") else { return nil }
        self.init(authority: origin[mark.upperBound...], scheme: origin[..<mark.lowerBound])
    }

    func tell(_ attributes: inout SpanAttributes) {
        attributes["server.address"] = host
        attributes["server.port"] = port
    }
}
