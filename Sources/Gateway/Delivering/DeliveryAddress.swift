internal import Addressing

/// An address that Weir may send to: `https://crm.internal/wechat`, or plain http to this machine.
///
/// Only what every reader reads alike is taken: no user, no fragment, no dot segment or slash in disguise. So a prefix of one says where
/// the request goes.
public struct DeliveryAddress: Hashable, Sendable {
    /// Scheme, host and port, as they are compared: in small letters, without the scheme's own port.
    public let origin: String
    /// Path and query, beginning with a slash.
    public let target: String

    /// Bytes of a whole address.
    public static let longest = 2048

    /// Reads what somebody wrote.
    ///
    /// - Throws: Why it is none.
    public init(_ text: String) throws(DeliveryAddressProblem) {
        guard text.utf8.count <= DeliveryAddress.longest else { throw .tooLong }
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !DeliveryAddress.strange.contains($0) }
        guard isPlain, let separator = text.firstRange(of: "://") else { throw .malformed }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { throw .scheme }
        let rest = text[separator.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let (authority, tail) = (rest[..<end], rest[end...])
        guard let (name, digits) = HostPort.split(authority) else { throw .malformed }
        let host = name.lowercased()
        guard DeliveryAddress.isHost(host) else { throw .malformed }
        var port = scheme == "https" ? 443 : 80
        if let digits {
            guard let number = HostPort.port(digits), number > 0 else { throw .malformed }
            port = number
        }
        if scheme == "http", !DeliveryAddress.isLoopback(host) { throw .unprotected }
        let path = tail.prefix { $0 != "?" }
        guard DeliveryAddress.isPlainPath(path) else { throw .path }
        let isUsual = port == (scheme == "https" ? 443 : 80)
        origin = "\(scheme)://\(host)" + (isUsual ? "" : ":\(port)")
        target = tail.hasPrefix("/") ? String(tail) : "/" + tail
    }

    /// The whole address. A query may hold a secret: it is not to be shown.
    public var text: String { origin + target }

    /// The path without the query.
    public var path: Substring { target.prefix { $0 != "?" } }

    /// Whether there is a query.
    public var hasQuery: Bool { target.utf8.contains(UInt8(ascii: "?")) }

    /// Whether it is the prefix itself or below it: of the same scheme, host and port, and below the same folder.
    public func isUnder(_ prefix: DeliveryAddress) -> Bool {
        guard origin == prefix.origin, path.hasPrefix(prefix.path) else { return false }
        let rest = path.dropFirst(prefix.path.count)
        return prefix.path.hasSuffix("/") || rest.isEmpty || rest.hasPrefix("/")
    }

    // MARK: What is taken

    /// What readers read differently: a backslash, a user, a fragment, and what no address has.
    private static let strange = Set("\\@#\"<>^`{|}".utf8)

    private static func isHost(_ host: String) -> Bool {
        if host.hasPrefix("[") {
            return host.hasSuffix("]") && host.utf8.count > 3
                && host.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        return 1...253 ~= host.utf8.count
            && host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                1...63 ~= label.utf8.count && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D || $0 == 0x5F }
            }
    }

    /// `localhost`, 127.0.0.0/8 in its usual form, and `[::1]`.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in Int(part).map { 0...255 ~= $0 && part == "\($0)" } ?? false }
    }

    /// No segment of dots, also none with parameters, and nothing escaped that would change what the path is.
    private static func isPlainPath(_ path: Substring) -> Bool {
        let bytes = Array(path.utf8)
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "%") {
            let digits = bytes[(index + 1)...].prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16),
                digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
                value > 0x20, value != 0x7F, !"./\\%;".utf8.contains(value)
            else { return false }
        }
        return path.split(separator: "/").allSatisfy { segment in
            let name = segment.prefix { $0 != ";" }
            return name != "." && name != ".."
        }
    }
}

/// Why a text is no address that Weir sends to.
public enum DeliveryAddressProblem: Error, Equatable, Sendable {
    /// Not an absolute URL, or with a user, a fragment, or characters that none has.
    case malformed
    /// Neither https nor http.
    case scheme
    /// Plain http to another machine.
    case unprotected
    /// The path has dot segments, or hides a dot, a slash or the like behind an escape.
    case path
    /// Over the limit.
    case tooLong

    /// What is wrong, and the way out.
    public var words: String {
        switch self {
        case .malformed: "is not an address such as https://orders.internal/weir, without user and fragment"
        case .scheme: "must begin with https://, or with http:// for this machine"
        case .unprotected: "may be plain http only to this machine: write https, or 127.0.0.1"
        case .path:
            "has a path with `.` or `..`, or an escaped dot, slash, semicolon or percent sign in it: write the path itself"
        case .tooLong: "may have \(DeliveryAddress.longest) bytes"
        }
    }
}
