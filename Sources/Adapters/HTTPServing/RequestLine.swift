internal import Glibc
internal import NIOCore

/// The first line of what a buffer holds, up to and with its line feed, or all of it if none has come.
struct RequestLine {
    let length: Int
    let hasEnded: Bool

    /// Whether it has bytes that only belong there percent-encoded.
    let isRaw: Bool

    /// Whether it is nothing but the end of a line. Servers skip such lines before a request (RFC 9112 2.2).
    let isEmpty: Bool

    init(startOf buffer: ByteBuffer) {
        (length, hasEnded, isRaw, isEmpty) = unsafe buffer.withUnsafeReadableBytes { bytes in
            let end = unsafe bytes.firstLineFeed(from: 0)
            let length = end.map { $0 + 1 } ?? bytes.count
            let line = unsafe bytes[..<length]
            let all = unsafe line.reduce(0 as UInt8) { $0 | $1 }
            let isEmpty = unsafe length <= 2 && line.allSatisfy { $0 == 0x0A || $0 == 0x0D }
            return (length, end != nil, all >= 0x80, isEmpty)
        }
    }

    /// Raw bytes as `%E5`, byte by byte, so that it doesn't matter in which piece of the line or in which charset they came.
    static func percentEncoded(_ line: ByteBuffer) -> ByteBuffer {
        var result = ByteBuffer()
        result.reserveCapacity(3 * line.readableBytes)
        for byte in line.readableBytesView {
            if byte < 0x80 {
                result.writeInteger(byte)
            } else {
                result.writeBytes([UInt8(ascii: "%"), hexDigit(byte >> 4), hexDigit(byte & 15)])
            }
        }
        return result
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

extension UnsafeRawBufferPointer {
    /// Where the first line feed is, looked for from `start` on.
    func firstLineFeed(from start: Int) -> Int? {
        guard start < count, let base = baseAddress, let found = unsafe memchr(base + start, 0x0A, count - start) else {
            return nil
        }
        return unsafe base.distance(to: UnsafeRawPointer(found))
    }
}

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
