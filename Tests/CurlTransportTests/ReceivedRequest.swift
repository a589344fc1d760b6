/// A request as it came over the wire.
struct ReceivedRequest: Sendable {
    let line: String
    /// Header lines in order, as sent.
    let headers: [String]
    let body: [UInt8]

    /// The value of the only header of that name.
    func header(_ name: String) -> String? {
        let prefix = name.lowercased() + ":"
        let found = headers.filter { $0.lowercased().hasPrefix(prefix) }
        guard found.count == 1, let line = found.first else { return nil }
        return String(line.dropFirst(prefix.count).drop { $0 == " " })
    }

    /// Takes a whole request off the front of `bytes`; `nil`, and nothing taken, while it isn't whole.
    init?(takingFrom bytes: inout [UInt8]) {
        guard let end = Self.headEnd(bytes) else { return nil }
        var lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
        line = lines.removeFirst()
        headers = lines
        let length =
            lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
        guard bytes.count >= end + 4 + length else { return nil }
        body = Array(bytes[(end + 4)..<(end + 4 + length)])
        bytes.removeFirst(end + 4 + length)
    }

    /// Where the blank line after the head begins.
    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        var start = 0
        while let mark = bytes[start...].firstIndex(of: 13) {
            if bytes[mark...].prefix(4).elementsEqual([13, 10, 13, 10]) { return mark }
            start = mark + 1
        }
        return nil
    }
}
