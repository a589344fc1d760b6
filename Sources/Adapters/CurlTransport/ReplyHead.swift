import WeirPorts

/// Collects the head of a reply, line by line, and reads it once it is whole.
struct ReplyHead {
    /// The most bytes of a head.
    static let maxBytes = 64 << 10

    /// 0 before a status line has come.
    private(set) var status = 0
    private var isWhole = false
    private var bytes: [UInt8] = []
    /// Where each header line ends in `bytes`.
    private var ends: [Int] = []

    /// Whether the head of a final reply came to its end. libcurl takes a head that was cut off for a whole reply.
    var isComplete: Bool { isWhole && (status >= 200 || status == 101) }

    mutating func removeAll() {
        status = 0
        isWhole = false
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Takes a line with its line break; false if the head is too long.
    mutating func take(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        // After a final reply's head come a chunked body's trailers: of no interest.
        if isWhole && status >= 200 { return true }
        if unsafe Self.isStatusLine(line), isWhole || status == 0 {
            removeAll()
            status = unsafe Self.status(of: line)
            return true
        }
        var length = line.count
        while length > 0, unsafe line[length - 1] == UInt8(ascii: "\n") || line[length - 1] == UInt8(ascii: "\r") {
            length -= 1
        }
        guard length > 0 else {
            isWhole = true
            return true
        }
        guard bytes.count + length <= Self.maxBytes else { return false }
        unsafe bytes.append(contentsOf: line.prefix(length))
        ends.append(bytes.count)
        return true
    }

    /// The headers in the order received. A line without a colon is left out; a folded one belongs to the one before.
    func fields() -> [HeaderField] {
        var fields: [HeaderField] = []
        fields.reserveCapacity(ends.count)
        var start = 0
        for end in ends {
            let line = bytes[start..<end]
            start = end
            if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") {
                guard let last = fields.indices.last else { continue }
                let before = fields[last].rawValue ?? Array(fields[last].value.utf8)
                let whole = before + [UInt8(ascii: " ")] + Self.trimmed(line)
                fields[last] = HeaderField(fields[last].name, bytes: whole[...])
            } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
                let name = String(decoding: Self.trimmed(line[..<colon]), as: UTF8.self)
                fields.append(HeaderField(name, bytes: Self.trimmed(line[(colon + 1)...])))
            }
        }
        return fields
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") { bytes.removeFirst() }
        while let last = bytes.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { bytes.removeLast() }
        return bytes
    }

    private static func isStatusLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe line.starts(with: "HTTP/".utf8)
    }

    private static func status(of line: UnsafeBufferPointer<UInt8>) -> Int {
        guard let space = unsafe line.firstIndex(of: UInt8(ascii: " ")) else { return 0 }
        let digits = unsafe line[(space + 1)...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.prefix(
            3
        )
        return unsafe digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
