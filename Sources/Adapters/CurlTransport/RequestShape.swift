import CCurl
import WeirPorts

/// What libcurl is told of a request's method and body.
struct RequestShape: Equatable {
    enum Body: Equatable {
        /// No body, no Content-Length.
        case none
        /// Short: written together with the head, which halves the work of sending it.
        case whole
        /// Long, or still on its way: asked for piece by piece.
        case read
    }

    let method: String
    let body: Body

    init(_ request: UpstreamRequest) {
        method = request.method
        // A POST without Content-Length is answered with 412.
        let needsBody = request.body != nil || ["POST", "PUT", "PATCH"].contains(request.method)
        if let stream = request.stream {
            // Also a short one is not there yet. By libcurl's ways an empty one must not be asked for.
            body = stream.length > 0 ? .read : .whole
        } else {
            body = !needsBody ? .none : request.body?.count ?? 0 <= BodyBuffer.capacity ? .whole : .read
        }
    }

    func apply(to easy: borrowing EasyHandle, buffer: borrowing BodyBuffer) {
        let ownName: String
        if body != .none {
            easy.set(CURLOPT_POST, 1)
            _ = unsafe ccurl_set_pointer(easy.pointer, CURLOPT_POSTFIELDS, body == .whole ? buffer.pointer : nil)
            ownName = "POST"
        } else if method == "HEAD" {
            easy.set(CURLOPT_NOBODY, 1)
            ownName = "HEAD"
        } else {
            easy.set(CURLOPT_HTTPGET, 1)
            ownName = "GET"
        }
        easy.set(CURLOPT_CUSTOMREQUEST, method == ownName ? nil : method)
    }
}

/// Refuses what could change a request's meaning on the wire: a line break in a header, a space in the target …
enum RequestCheck {
    /// The longest target, in bytes: what a listener lets through.
    static let maxTarget = 32 << 10
    /// The most headers, and the most bytes of names and values together.
    static let maxHeaders = 64
    static let maxHeaderBytes = 32 << 10

    /// What is wrong with the request, in words that repeat nothing of it; `nil` if all is well.
    static func problem(in request: UpstreamRequest) -> String? {
        guard isToken(request.method), request.method.utf8.count <= 32 else { return "the method is not valid" }
        guard isOrigin(request.origin) else { return "the origin is not http(s)://host[:port]" }
        guard isTarget(request.target) else { return "the target is not a path in visible ASCII" }
        guard request.headers.count <= maxHeaders else { return "there are too many headers" }
        var bytes = 0
        for field in request.headers {
            guard isToken(field.name) else { return "a header's name is not valid" }
            guard isValue(field.value) else { return "a header's value is not valid" }
            bytes += field.name.utf8.count + field.value.utf8.count
        }
        guard bytes <= maxHeaderBytes else { return "the headers are too long" }
        guard request.stream?.length ?? 0 >= 0 else { return "the length of the body is negative" }
        guard request.replyLimit >= 0 else { return "the limit of the reply is negative" }
        return nil
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
                    UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "^"), UInt8(ascii: "`"),
                    UInt8(ascii: "|"), UInt8(ascii: "~"):
                    true
                default: false
                }
            }
    }

    private static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    private static func isTarget(_ text: String) -> Bool {
        let bytes = text.utf8.span
        guard bytes.count > 0, bytes.count <= maxTarget, bytes[0] == UInt8(ascii: "/") else { return false }
        // A loop over a span: each call comes here, with its token.
        for index in bytes.indices {
            let byte = bytes[index]
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "#"), byte != UInt8(ascii: "\\") else { return false }
        }
        return true
    }

    private static func isOrigin(_ text: String) -> Bool {
        let authority: Substring
        if text.hasPrefix("https://") {
            authority = text.dropFirst(8)
        } else if text.hasPrefix("http://") {
            authority = text.dropFirst(7)
        } else {
            return false
        }
        return !authority.isEmpty && authority.utf8.count <= 255
            && authority.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
                    true
                default: false
                }
            }
    }
}

/// Owns a list of header lines in libcurl's form.
@safe
final class HeaderList {
    private(set) var pointer: UnsafeMutablePointer<curl_slist>?
    /// The lines' length.
    private(set) var byteCount = 0

    /// The lines of `fields`, and those that keep libcurl from adding its own.
    init?(_ fields: [HeaderField]) {
        unsafe pointer = nil
        for field in fields where !Self.isTransports(field.name) {
            // libcurl reads `Name:` as "leave it out", `Name;` as a header without value.
            guard append(field.value.isEmpty ? field.name + ";" : "\(field.name): \(field.value)") else { return nil }
        }
        for name in ["Accept", "Content-Type", "User-Agent"] where !Self.contains(name, in: fields) {
            guard append(name + ":") else { return nil }
        }
        // libcurl's own decoding is off: it takes half of a coded body for the whole, and knows no limit.
        guard append("Accept-Encoding: identity") else { return nil }
        guard append("Expect:") else { return nil }
    }

    deinit {
        unsafe curl_slist_free_all(pointer)
    }

    private func append(_ line: String) -> Bool {
        guard let longer = unsafe curl_slist_append(pointer, line) else { return false }
        unsafe pointer = unsafe longer
        byteCount += line.utf8.count + 2
        return true
    }

    /// Whether a header is about the connection, or the framing or coding of a body, which a caller has no say in.
    static func isTransports(_ name: String) -> Bool {
        switch name.lowercased() {
        case "host", "content-length", "transfer-encoding", "connection", "keep-alive", "expect", "te", "trailer",
            "upgrade", "http2-settings", "proxy-connection", "proxy-authorization", "accept-encoding":
            true
        default: false
        }
    }

    private static func contains(_ name: String, in fields: [HeaderField]) -> Bool {
        fields.contains { $0.isNamed(name) }
    }
}

/// Header lists by the headers they hold: a gateway sends the same few sets over and over.
struct HeaderListCache {
    static let capacity = 64

    private(set) var lists: [[HeaderField]: HeaderList] = [:]

    /// `nil` only when memory is short.
    mutating func list(for fields: [HeaderField]) -> HeaderList? {
        if let known = lists[fields] { return known }
        guard let list = HeaderList(fields) else { return nil }
        // Sets that differ with each request would fill it: start anew. Lists in use are kept by their exchanges.
        if lists.count >= Self.capacity { lists.removeAll(keepingCapacity: true) }
        lists[fields] = list
        return list
    }
}
