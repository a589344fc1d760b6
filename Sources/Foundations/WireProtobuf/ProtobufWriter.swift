/// Writes protobuf's wire format (https://protobuf.dev/programming-guides/encoding/), as much as OTLP traces and
/// Prometheus' metrics need.
///
/// Scalars of zero and empty strings are left out, as proto3 does, but for those of `always…`.
package struct ProtobufWriter: Sendable {
    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case fixed32 = 5
    }

    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    /// Nothing is written yet.
    package init() {}

    /// Room for that many bytes in all.
    package mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    package mutating func varint(_ field: UInt64, _ value: UInt64) {
        if value != 0 { alwaysVarint(field, value) }
    }

    /// For the members of a `oneof`, whose presence says something.
    package mutating func alwaysVarint(_ field: UInt64, _ value: UInt64) {
        tag(field, .varint)
        append(value)
    }

    package mutating func fixed64(_ field: UInt64, _ value: UInt64) {
        if value != 0 { alwaysFixed64(field, value) }
    }

    package mutating func alwaysFixed64(_ field: UInt64, _ value: UInt64) {
        tag(field, .fixed64)
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    package mutating func fixed32(_ field: UInt64, _ value: UInt32) {
        guard value != 0 else { return }
        tag(field, .fixed32)
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    package mutating func string(_ field: UInt64, _ text: String) {
        if !text.isEmpty { alwaysString(field, text) }
    }

    package mutating func alwaysString(_ field: UInt64, _ text: String) {
        tag(field, .lengthDelimited)
        append(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Numbers as bytes, most significant first: ids.
    package mutating func bigEndian(_ field: UInt64, _ numbers: UInt64...) {
        tag(field, .lengthDelimited)
        append(UInt64(numbers.count * 8))
        for number in numbers {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
    }

    package mutating func message(_ field: UInt64, _ write: (inout ProtobufWriter) -> Void) {
        tag(field, .lengthDelimited)
        // Most messages are short: their length fits the byte kept for it, and only others are moved.
        let place = bytes.count
        bytes.append(0)
        write(&self)
        let length = UInt64(bytes.count - place - 1)
        if length < 0x80 {
            bytes[place] = UInt8(length)
        } else {
            bytes.replaceSubrange(place...place, with: Self.varint(length))
        }
    }

    /// Fields that were written before.
    package mutating func append(_ fields: [UInt8]) {
        bytes += fields
    }

    /// `sint32` and `sint64`: small numbers of either sign are short.
    package mutating func zigzag(_ field: UInt64, _ value: Int64) {
        varint(field, Self.zigzag(value))
    }

    /// A `double`, in proto2 also one of 0.
    package mutating func alwaysDouble(_ field: UInt64, _ value: Double) {
        alwaysFixed64(field, value.bitPattern)
    }

    /// `repeated sint64`, packed.
    package mutating func packedZigzag(_ field: UInt64, _ values: [Int64]) {
        guard !values.isEmpty else { return }
        message(field) { writer in
            for value in values { writer.append(Self.zigzag(value)) }
        }
    }

    /// A length with what it is the length of: how messages follow each other in a stream.
    package mutating func delimited(_ message: [UInt8]) {
        append(UInt64(message.count))
        bytes += message
    }

    private static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: value << 1 ^ value >> 63)
    }

    private mutating func tag(_ field: UInt64, _ type: WireType) {
        append(field << 3 | type.rawValue)
    }

    private mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.append(value)
        return writer.bytes
    }
}
