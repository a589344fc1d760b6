import Gzip
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

/// What a reply's head says of its body.
struct ReplyFraming {
    /// A content coding that is undone here. Nobody asked for it: some proxies compress all the same.
    enum Coding {
        case gzip
        case deflate

        /// How a body that begins so is framed; `nil` if the label is wrong, as where a proxy has decoded and not said so.
        func format(firstByte: UInt8) -> Inflater.Format? {
            switch self {
            case .gzip: firstByte == 0x1F ? .gzip : nil
            // The low half of the first byte is 8, which no sensible raw stream starts with.
            case .deflate: firstByte & 0x0F == 8 ? .zlib : .raw
            }
        }
    }

    /// Deflate makes no more bytes out of one.
    private static let mostExpansion = 1032

    let fields: [HeaderField]
    /// Bytes on the wire; `nil` when only the end tells.
    let length: Int?
    /// `nil` for none, and for one that is passed on as it is.
    let coding: Coding?
    let hasBody: Bool

    init(_ head: ReplyHead, method: String) {
        fields = head.fields()
        hasBody = method != "HEAD" && head.status != 204 && head.status != 304
        length = Self.length(fields)
        // A part of a coded body can't be decoded by itself.
        coding = hasBody && head.status != 206 ? Self.coding(fields) : nil
    }

    /// The most bytes that the body may become once `soFar` are there, up to `limit`.
    ///
    /// They are taken before the first is kept, all at once, also where the length is unknown: replies that hold a part and wait
    /// for the rest could block each other for ever.
    func room(soFar: Int, exempt: Int, limit: Int) -> Int {
        guard let length else { return coding == nil && soFar <= exempt ? soFar : limit }
        guard coding != nil else { return min(length, limit) }
        return length > limit / Self.mostExpansion ? limit : length * Self.mostExpansion
    }

    /// The fields as they belong to a decoded body.
    var decodedFields: [HeaderField] {
        fields.filter { !$0.isNamed("content-encoding") && !$0.isNamed("content-length") }
    }

    private static func length(_ fields: [HeaderField]) -> Int? {
        var length: Int?
        for field in fields {
            if field.isNamed("transfer-encoding") { return nil }
            if field.isNamed("content-length") {
                guard let value = Int(field.value), value >= 0, length ?? value == value else { return nil }
                length = value
            }
        }
        return length
    }

    /// The lines are one list; a body that was coded more than once stays as it is.
    private static func coding(_ fields: [HeaderField]) -> Coding? {
        var names: [String] = []
        for field in fields where field.isNamed("content-encoding") {
            for element in field.value.split(separator: ",") {
                let name = element.lowercased().filter { $0 != " " && $0 != "\t" }
                if !name.isEmpty, name != "identity" { names.append(name) }
            }
        }
        guard names.count == 1 else { return nil }
        return switch names[0] {
        case "gzip", "x-gzip": .gzip
        case "deflate": .deflate
        default: nil
        }
    }
}
