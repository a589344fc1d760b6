import Gzip
import WireProtobuf

@testable import OTLPTracing

/// A span read back from a request, as far as tests look at it.
struct DecodedSpan {
    struct Part {
        var name = ""
        /// Keys.
        var attributes: [String] = []
        var droppedAttributes = 0
    }

    var name = ""
    var start: UInt64 = 0
    var end: UInt64 = 0
    var traceID = ""
    var spanID = ""
    var parentID = ""
    var attributeCount = 0
    /// Texts and whole numbers alone.
    var attributes: [String: String] = [:]
    var droppedAttributes = 0
    var events: [Part] = []
    var droppedEvents = 0
    var links: [Part] = []
    var droppedLinks = 0

    /// All spans of an `ExportTraceServiceRequest`.
    /// - Parameter body: packed or not.
    static func all(in body: [UInt8]) -> [DecodedSpan] {
        let isPacked = body.starts(with: [0x1F, 0x8B])
        let body = isPacked ? (try? Gzip.decompress(body, limit: 1 << 24)) ?? [] : body
        return messages(1, in: body[...]).flatMap { messages(2, in: $0) }.flatMap { messages(2, in: $0) }.map(
            DecodedSpan.init
        )
    }

    private init(_ bytes: ArraySlice<UInt8>) {
        var reader = ProtobufReader(bytes)
        while let (field, value) = reader.next() {
            switch (field, value) {
            case (1, .bytes(let id)): traceID = Self.hexadecimal(id)
            case (2, .bytes(let id)): spanID = Self.hexadecimal(id)
            case (4, .bytes(let id)): parentID = Self.hexadecimal(id)
            case (5, .bytes(let text)): name = String(decoding: text, as: UTF8.self)
            case (7, .fixed64(let time)): start = time
            case (8, .fixed64(let time)): end = time
            case (9, .bytes(let pair)):
                attributeCount += 1
                let key = Self.messages(1, in: pair).map { String(decoding: $0, as: UTF8.self) }.joined()
                attributes[key] = Self.messages(2, in: pair).compactMap(Self.text).joined()
            case (10, .varint(let count)): droppedAttributes = Int(count)
            case (11, .bytes(let event)): events.append(Self.part(event, name: 2, attributes: 3))
            case (12, .varint(let count)): droppedEvents = Int(count)
            case (13, .bytes(let link)): links.append(Self.part(link, name: 0, attributes: 4))
            case (14, .varint(let count)): droppedLinks = Int(count)
            default: break
            }
        }
    }

    private static func text(_ value: ArraySlice<UInt8>) -> String? {
        var reader = ProtobufReader(value)
        switch reader.next() {
        case (1, .bytes(let text))?: return String(decoding: text, as: UTF8.self)
        case (3, .varint(let number))?: return String(Int64(bitPattern: number))
        default: return nil
        }
    }

    private static func part(_ bytes: ArraySlice<UInt8>, name: UInt64, attributes: UInt64) -> Part {
        var part = Part()
        var reader = ProtobufReader(bytes)
        while let (field, value) = reader.next() {
            switch (field, value) {
            case (name, .bytes(let text)): part.name = String(decoding: text, as: UTF8.self)
            case (attributes, .bytes(let pair)):
                part.attributes += messages(1, in: pair).map { String(decoding: $0, as: UTF8.self) }
            case (attributes + 1, .varint(let count)): part.droppedAttributes = Int(count)
            default: break
            }
        }
        return part
    }

    private static func messages(_ wanted: UInt64, in bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var reader = ProtobufReader(bytes)
        var found: [ArraySlice<UInt8>] = []
        while let (field, value) = reader.next() {
            if field == wanted, case .bytes(let message) = value { found.append(message) }
        }
        return found
    }

    private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes { Hexadecimal.append(UInt64(byte), width: 2, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }
}
