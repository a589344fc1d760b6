import Testing
import WireProtobuf

@testable import OTLPTracing

@Suite struct ProtobufTests {
    static let numbers: [(UInt64, [UInt8])] = [
        (1, [8, 1]), (127, [8, 127]), (128, [8, 128, 1]), (300, [8, 172, 2]),
        (.max, [8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
    ]

    @Test(arguments: numbers)
    func `Numbers are written in groups of seven bits and read back`(number: UInt64, bytes: [UInt8]) {
        var writer = ProtobufWriter()
        writer.varint(1, number)
        #expect(writer.bytes == bytes)
        var reader = ProtobufReader(bytes[...])
        let (field, end) = (reader.next(), reader.next())
        #expect(field?.field == 1)
        #expect(field?.value == .varint(number))
        #expect(end == nil)
    }

    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, 100_000])
    func `A message's length is written whatever it is`(count: Int) {
        var writer = ProtobufWriter()
        writer.message(3) { outer in
            outer.message(2) { $0.append(Array(repeating: 7, count: count)) }
            outer.varint(4, 5)
        }
        writer.varint(6, 1)
        var reader = ProtobufReader(writer.bytes[...])
        guard case (3, .bytes(let outer))? = reader.next() else {
            Issue.record("no message")
            return
        }
        let after = reader.next()
        #expect(after?.field == 6)
        var inner = ProtobufReader(outer)
        let (first, second) = (inner.next(), inner.next())
        #expect(first?.value == .bytes(Array(repeating: 7, count: count)[...]))
        #expect(second?.value == .varint(5))
    }

    @Test func `Empty values are left out but where their presence says something`() {
        var writer = ProtobufWriter()
        writer.varint(1, 0)
        writer.fixed64(2, 0)
        writer.fixed32(3, 0)
        writer.string(4, "")
        #expect(writer.bytes == [])
        writer.alwaysVarint(1, 0)
        writer.alwaysString(4, "")
        #expect(writer.bytes == [8, 0, 34, 0])
    }

    @Test(
        arguments: [
            [UInt8]([0x80]), [8], [10, 5, 1], [9, 1, 2], [13, 1], [11], [12], [15],
            [8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
            [10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
        ]
    )
    func `Malformed bytes end the reading`(bytes: [UInt8]) {
        var reader = ProtobufReader(bytes[...])
        let (first, second) = (reader.next(), reader.next())
        #expect(first == nil)
        #expect(second == nil)
    }
}
