import WireJSON

/// Reads MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) as the JSON that says the same.
///
/// Strict and bounded: one value and nothing behind it; names and texts are UTF-8, and names are texts; what JSON has no word for
/// (binary data, extensions, infinities, NaN) is refused. A declared length is never trusted: nothing is kept before its bytes are
/// there, so that the work follows the bytes that came. The JSON has at most six bytes for each of them, but for floats of 32 bits,
/// whose decimals may be longer than that.
package struct MessagePackJSON {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private let maximumDepth: Int
    private var json = JSONWriter()

    private init(_ bytes: ArraySlice<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        position = bytes.startIndex
        self.maximumDepth = maximumDepth
    }

    /// The JSON of a document.
    ///
    /// - Parameter maximumDepth: Maps and arrays nested deeper than this are refused.
    /// - Throws: What is wrong with it first.
    package static func json(
        of bytes: [UInt8],
        maximumDepth: Int = JSONRules.strict.maximumDepth
    ) throws(MessagePackProblem) -> [UInt8] {
        var reader = MessagePackJSON(bytes[...], maximumDepth: maximumDepth)
        try reader.value(depth: 0)
        guard reader.position == bytes.count else { throw reader.problem(.trailingBytes) }
        return reader.json.bytes
    }

    private func problem(_ reason: MessagePackProblem.Reason) -> MessagePackProblem {
        MessagePackProblem(offset: position - bytes.startIndex, reason: reason)
    }

    // MARK: Bytes

    private mutating func byte() throws(MessagePackProblem) -> UInt8 {
        guard position < bytes.endIndex else { throw problem(.unexpectedEnd) }
        defer { position += 1 }
        return bytes[position]
    }

    /// A number of `count` bytes, at most eight, the highest first.
    private mutating func unsigned(_ count: Int) throws(MessagePackProblem) -> UInt64 {
        guard bytes.endIndex - position >= count else { throw problem(.unexpectedEnd) }
        defer { position += count }
        return bytes[position..<position + count].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The text that the next bytes are. `count` has at most 32 bits.
    private mutating func text(_ count: UInt64) throws(MessagePackProblem) -> String {
        guard count <= UInt64(bytes.endIndex - position) else { throw problem(.unexpectedEnd) }
        let end = position + Int(count)
        guard let text = String(validating: bytes[position..<end], as: UTF8.self) else { throw problem(.invalidUTF8) }
        position = end
        return text
    }

    // MARK: Values

    /// Writes the value that stands here. Recursive, as deep as `maximumDepth` allows.
    private mutating func value(depth: Int) throws(MessagePackProblem) {
        let tag = try byte()
        switch tag {
        case 0x00...0x7F: json.integer(tag)
        case 0x80...0x8F: try map(UInt64(tag & 0x0F), depth: depth)
        case 0x90...0x9F: try array(UInt64(tag & 0x0F), depth: depth)
        case 0xC0: json.raw("null".utf8)
        case 0xC2, 0xC3: json.bool(tag == 0xC3)
        case 0xCA: try float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: unsigned(4)))), isSingle: true)
        case 0xCB: try float(Double(bitPattern: unsigned(8)), isSingle: false)
        case 0xCC...0xCF: json.integer(try unsigned(1 << Int(tag - 0xCC)))
        case 0xD0...0xD3: json.integer(try signed(1 << Int(tag - 0xD0)))
        case 0xDC, 0xDD: try array(unsigned(tag == 0xDC ? 2 : 4), depth: depth)
        case 0xDE, 0xDF: try map(unsigned(tag == 0xDE ? 2 : 4), depth: depth)
        case 0xE0...0xFF: json.integer(Int8(bitPattern: tag))
        default:
            position -= 1
            guard let length = try textLength() else { throw problem(.unknownType) }
            json.string(try text(length))
        }
    }

    private mutating func signed(_ count: Int) throws(MessagePackProblem) -> Int64 {
        let shift = UInt64(64 - count * 8)
        return Int64(bitPattern: try unsigned(count) << shift) >> Int64(shift)
    }

    private mutating func float(_ value: Double, isSingle: Bool) throws(MessagePackProblem) {
        guard value.isFinite else { throw problem(.notFinite) }
        // The shortest decimal of the float itself: 0.1 and not 0.10000000149011612.
        json.number(isSingle ? Double("\(Float(value))") ?? value : value)
    }

    /// The length of the text whose head stands here; `nil`, with nothing read, for another type's head.
    private mutating func textLength() throws(MessagePackProblem) -> UInt64? {
        let start = position
        let tag = try byte()
        switch tag {
        case 0xA0...0xBF: return UInt64(tag & 0x1F)
        case 0xD9...0xDB: return try unsigned(1 << Int(tag - 0xD9))
        default:
            position = start
            return nil
        }
    }

    private func checkDepth(_ depth: Int) throws(MessagePackProblem) {
        guard depth < maximumDepth else { throw problem(.tooDeep) }
    }

    private mutating func array(_ count: UInt64, depth: Int) throws(MessagePackProblem) {
        try checkDepth(depth)
        json.begin("[")
        for _ in 0..<count { try value(depth: depth + 1) }
        json.end("]")
    }

    private mutating func map(_ count: UInt64, depth: Int) throws(MessagePackProblem) {
        try checkDepth(depth)
        json.begin("{")
        for _ in 0..<count {
            guard let length = try textLength() else { throw problem(.nameIsNoText) }
            json.key(try text(length))
            try value(depth: depth + 1)
        }
        json.end("}")
    }
}

/// Why bytes are not the MessagePack that can be read, and where.
package struct MessagePackProblem: Error, Equatable, CustomStringConvertible {
    /// What was found wrong; the raw values are for people.
    package enum Reason: String, CaseIterable, Sendable {
        case unexpectedEnd = "the document ends early"
        case trailingBytes = "something follows the document"
        case tooDeep = "nested too deeply"
        case invalidUTF8 = "a text that is not UTF-8"
        case nameIsNoText = "a map's key that is no text"
        case notFinite = "an infinity or NaN"
        case unknownType = "binary data, an extension, or no type of MessagePack's"
    }

    /// The byte, counted from 0, at which the problem shows.
    package var offset: Int
    package var reason: Reason

    /// For people: the reason and the byte, and nothing of the document.
    package var description: String { "\(reason.rawValue) at byte \(offset)" }
}
