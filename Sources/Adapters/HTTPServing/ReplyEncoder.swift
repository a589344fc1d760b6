internal import NIOCore

/// Writes an answer as HTTP/1.1 bytes.
struct ReplyEncoder {
    let isHead: Bool
    let closes: Bool

    /// Whether ``start`` has been sent already.
    var isBegun = false

    /// How every answer begins.
    static var start: ByteBuffer { ByteBuffer(string: "HTTP/1.1 ") }

    /// Writes everything before the body.
    func writeHead(_ reply: OutgoingReply, into buffer: inout ByteBuffer) {
        writeStatusLine(reply.status, into: &buffer)
        for (name, value) in reply.headers where Self.isSafe(name: name, value: value.utf8) && !Self.isOwn(name) {
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            buffer.writeString(value)
            buffer.writeStaticString("\r\n")
        }
        for (name, value) in reply.rawHeaders where Self.isSafe(name: name, value: value) && !Self.isOwn(name) {
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            buffer.writeBytes(value)
            buffer.writeStaticString("\r\n")
        }
        if Self.hasBody(reply) {
            buffer.writeStaticString("Content-Length: ")
            buffer.writeString(String(reply.body.count))
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString(closes ? "Connection: close\r\n\r\n" : "\r\n")
    }

    /// As much of the body as is to be sent.
    func body(of reply: OutgoingReply) -> ArraySlice<UInt8> {
        Self.hasBody(reply) && !isHead ? reply.body[...] : []
    }

    private static func hasBody(_ reply: OutgoingReply) -> Bool {
        reply.status >= 200 && reply.status != 204 && reply.status != 304
    }

    private func writeStatusLine(_ status: Int, into buffer: inout ByteBuffer) {
        if !isBegun { buffer.writeStaticString("HTTP/1.1 ") }
        guard status != 200 else {
            buffer.writeStaticString("200 OK\r\n")
            return
        }
        let code = (100...999).contains(status) ? status : 500
        buffer.writeString(String(code))
        buffer.writeStaticString(" ")
        buffer.writeString(Self.reasons[code] ?? "")
        buffer.writeStaticString("\r\n")
    }

    private static func isSafe(name: String, value: some Sequence<UInt8>) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            && value.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    private static func isOwn(_ name: String) -> Bool {
        switch name.utf8.count {
        case 10: name.lowercased() == "connection"
        case 14: name.lowercased() == "content-length"
        case 17: name.lowercased() == "transfer-encoding"
        default: false
        }
    }

    private static let reasons: [Int: String] = [
        100: "Continue", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
        301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required",
        412: "Precondition Failed", 413: "Content Too Large", 415: "Unsupported Media Type",
        417: "Expectation Failed", 421: "Misdirected Request", 422: "Unprocessable Content",
        428: "Precondition Required",
        429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
        501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
        505: "HTTP Version Not Supported",
    ]
}
