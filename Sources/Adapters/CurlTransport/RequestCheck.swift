import WeirPorts

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
        text.utf8.first == UInt8(ascii: "/") && text.utf8.count <= maxTarget
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\") }
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
