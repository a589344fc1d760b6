/// Reads protobuf's wire format field by field. Whatever is malformed ends the reading; nothing is trusted.
package struct ProtobufReader {
    /// A field's value, as far as the wire tells its type.
    package enum Value: Equatable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>
    /// Whether the bytes turned out to be no protobuf: `next` then gave `nil` before their end.
    package private(set) var isBroken = false

    /// Reads from the first of these bytes.
    package init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The next field; `nil` at the end and where the bytes are no protobuf.
    package mutating func next() -> (field: UInt64, value: Value)? {
        guard !rest.isEmpty else { return nil }
        guard let tag = varint() else {
            isBroken = true
            return nil
        }
        let value: Value? =
            switch tag & 7 {
            case 0: varint().map(Value.varint)
            case 1: take(8).map { .fixed64($0.reversed().reduce(0) { $0 << 8 | UInt64($1) }) }
            case 2: varint().flatMap { Int(exactly: $0) }.flatMap { take($0) }.map(Value.bytes)
            case 5: take(4).map { _ in .fixed32 }
            default: nil
            }
        guard let value else {
            rest = []
            isBroken = true
            return nil
        }
        return (tag >> 3, value)
    }

    /// What `delimited` wrote: the next message of a stream.
    package mutating func nextDelimited() -> ArraySlice<UInt8>? {
        varint().flatMap { Int(exactly: $0) }.flatMap { take($0) }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
