internal import Addressing
import HTTPServing
import PrometheusMetrics
import Weir

/// What Weir's own APIs read of a request, each by one rule for all paths and both listeners.
extension IncomingRequest {
    /// The whole body of a request to Weir's own API: every path under /v1 reads it here.
    ///
    /// - Parameter excess: what to say of one that is longer than `limit` bytes.
    func body(upTo limit: Int, orSay excess: String) async throws(MessageRefusal) -> [UInt8] {
        guard !isCoded else { throw .codedBody }
        do throws(BodyError) {
            return try await body(upTo: limit)
        } catch {
            throw MessageRefusal(RelayBodyError(error), tooLarge: excess)
        }
    }

    /// Whether the body has a content coding.
    var isCoded: Bool {
        headerList("content-encoding").contains { $0.lowercased() != "identity" }
    }

    /// The body for whoever decides later whether to read it.
    var unreadBody: @Sendable (Int) async throws(RelayBodyError) -> [UInt8] {
        { limit async throws(RelayBodyError) in
            do throws(BodyError) { return try await body(upTo: limit) } catch { throw RelayBodyError(error) }
        }
    }

    /// The key of `Authorization: Bearer`.
    var bearer: String? {
        guard let header = header("authorization") else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " })
    }

    /// Whether a program on this machine made the request itself: the one rule for whom both listeners trust without a key.
    ///
    /// Not a proxy for somebody else, and not a page in a browser: that names its origin or says that it is cross-site, and one that
    /// had its own name rebound to 127.0.0.1 asks for that name.
    var isDirect: Bool {
        guard isLoopback, let host, LoopbackHost.isLoopback(host) else { return false }
        return headerPairs.allSatisfy { field in
            switch field.name.lowercased() {
            case "host": LoopbackHost.isLoopback(field.value)
            case "sec-fetch-site": field.value == "none" || field.value == "same-origin"
            case "forwarded", "origin": false
            case let name: !name.hasPrefix("x-forwarded-")
            }
        }
    }

    /// All lines of a list field as one, for whoever reads such a list; `nil` without any.
    func joinedHeader(_ lowercasedName: String) -> String? {
        let elements = headerList(lowercasedName)
        return elements.isEmpty ? nil : elements.joined(separator: ", ")
    }
}

/// The content codings that an answer can be sent in.
enum ContentCoding: String {
    /// As it is.
    case identity

    /// As Gzip makes it.
    case gzip

    /// Picks the coding that an `Accept-Encoding` header prefers (RFC 9110, 12.5.3).
    ///
    /// gzip must be named, or be covered by `*`, with a weight above 0 and not below that of `identity`. Everything
    /// else, a missing header and one that refuses both included, gets `identity`: better a body than none.
    static func negotiate(acceptEncoding: String?) -> ContentCoding {
        var weights: [String: Int] = [:]
        for element in WeightedElement.list(acceptEncoding ?? "") {
            weights[element.name] = max(weights[element.name] ?? 0, element.weight)
        }
        let gzip = weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? 0
        let identity = weights["identity"] ?? 0
        return gzip > 0 && gzip >= identity ? .gzip : .identity
    }
}

/// A query string's items, decoded.
struct QueryItems: Equatable, Sendable {
    private var items: [(name: String, value: String)] = []

    init(_ query: String?) {
        for item in (query ?? "").split(separator: "&", omittingEmptySubsequences: true) {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            items.append((QueryItems.decode(parts[0]), parts.count == 2 ? QueryItems.decode(parts[1]) : ""))
        }
    }

    /// A plus sign is a space, as forms write it; what can't be decoded stays as it is.
    private static func decode(_ text: Substring) -> String {
        PercentEncoding.decode(text.replacing("+", with: " ")) ?? String(text)
    }

    subscript(_ name: String) -> String? {
        items.first { $0.name == name }?.value
    }

    func all(_ name: String) -> [String] {
        items.filter { $0.name == name }.map(\.value)
    }

    /// The first name that is not one of `known`.
    func unknownName(besides known: Set<String>) -> String? {
        items.first { !known.contains($0.name) }?.name
    }

    static func == (left: QueryItems, right: QueryItems) -> Bool {
        left.items.elementsEqual(right.items) { $0 == $1 }
    }
}

/// Which hosts mean this machine to whoever asks for them, wherever that name was looked up.
enum LoopbackHost {
    /// 127.0.0.0/8, ::1, `localhost` and what is below it, each with any port.
    ///
    /// - Parameter authority: as a `Host` header has it.
    static func isLoopback(_ authority: String) -> Bool {
        if isUsualAddress(authority) { return true }
        guard let host = HostPort.split(authority.lowercased()[...])?.host else { return false }
        return host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" || isLoopbackIPv4(host)
    }

    /// 127.0.0.1 with or without a port, as nearly every caller on this machine writes it: each message is asked for its host.
    private static func isUsualAddress(_ authority: String) -> Bool {
        guard authority.utf8.starts(with: "127.0.0.1".utf8) else { return false }
        let port = authority.utf8.dropFirst(9)
        return port.isEmpty || port.first == UInt8(ascii: ":") && port.dropFirst().allSatisfy { 0x30...0x39 ~= $0 }
    }

    private static func isLoopbackIPv4(_ host: Substring) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "127" else { return false }
        return parts.allSatisfy { part in
            1...3 ~= part.utf8.count && part.utf8.allSatisfy { 0x30...0x39 ~= $0 } && UInt8(part) != nil
        }
    }
}

extension OutgoingReply {
    /// A text for people and balancers.
    static func plain(_ status: Int, _ text: String) -> OutgoingReply {
        OutgoingReply(status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }
}
