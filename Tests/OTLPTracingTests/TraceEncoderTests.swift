import Testing
import Tracing

@testable import OTLPTracing

/// Against bytes that opentelemetry-proto for Python wrote of the same values.
@Suite struct TraceEncoderTests {
    private static let expected = """
        0af8030ab5010a160a0c736572766963652e6e616d6512060a04776569720a1a0a0f736572766963652e76657273696f6e12
        070a05312e322e330a1c0a13736572766963652e696e7374616e63652e696412050a03612d310a210a1674656c656d657472
        792e73646b2e6c616e677561676512070a0573776966740a1c0a1274656c656d657472792e73646b2e6e616d6512060a0477
        6569720a200a1574656c656d657472792e73646b2e76657273696f6e12070a05312e322e3312bd020a0d0a04776569721205
        312e322e3312e9010a100af7651916cd43dd8448eb211c80319c120800f067aa0ba902b71a03613d622208b7ad6b71692033
        312a07617474656d70743003390100315028cce9184115cd8c5728cce9184a120a0c776569722e617474656d707412021802
        50ac025a32090200315028cce9181209657863657074696f6e1a1a0a0e657863657074696f6e2e7479706512080a0642726f
        6b656e200460056a400a100af7651916cd43dd8448eb211c80319c1208b7ad6b71692033311a03613d6222160a0977656972
        2e6c696e6b12090a07726570656174732806350103000070077a081204686f6c64180285010103000012400a100af7651916
        cd43dd8448eb211c80319c120800f067aa0ba902b72a04726f6f7430023901000000000000004102000000000000007a0218
        01850100010000
        """

    @Test func `Every field is written as OTLP has it`() throws {
        var configuration = OTLPConfiguration()
        configuration.serviceVersion = "1.2.3"
        configuration.serviceInstanceID = "a-1"
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let parent = try #require(SpanContext(traceparent: text, traceState: "a=b"))
        let attempt = SpanRecord(
            context: parent.child(try #require(SpanID(0x00F0_67AA_0BA9_02B7))),
            parent: parent,
            name: "attempt",
            kind: .client,
            start: 1_795_190_400_000_000_001,
            end: 1_795_190_400_123_456_789,
            attributes: ["weir.attempt": 2],
            droppedAttributes: 300,
            events: [
                SpanRecord.Event(
                    name: "exception",
                    time: 1_795_190_400_000_000_002,
                    attributes: ["exception.type": "Broken"],
                    droppedAttributes: 4
                )
            ],
            droppedEvents: 5,
            links: [SpanRecord.Link(context: parent, attributes: ["weir.link": "repeats"], droppedAttributes: 6)],
            droppedLinks: 7,
            status: SpanStatus(code: .error, message: "hold")
        )
        let root = SpanRecord(
            context: SpanContext(traceID: parent.traceID, spanID: attempt.context.spanID, isSampled: false),
            parent: nil,
            name: "root",
            kind: .server,
            start: 1,
            end: 2,
            status: SpanStatus(code: .ok)
        )
        let body = TraceEncoder(configuration).encode([attempt, root])
        #expect(Self.hexadecimal(body) == Self.expected.filter { $0 != "\n" })
    }

    static let values: [(SpanAttribute, String)] = [
        ("täxt", "0a0574c3a47874"), ("", "0a00"), (true, "1001"), (false, "1000"), (0, "1800"),
        (-5, "18fbffffffffffffffff01"), (.int32(-7), "18f9ffffffffffffffff01"), (1.5, "21000000000000f83f"),
        (0.0, "210000000000000000"), (.stringArray(["a", ""]), "2a090a030a01610a020a00"),
        (.boolArray([true, false]), "2a080a0210010a021000"),
        (.int64Array([1, -1]), "2a110a0218010a0b18ffffffffffffffffff01"), (.int32Array([3]), "2a040a021803"),
        (.doubleArray([0, 2.5]), "2a160a092100000000000000000a09210000000000000440"), (.int64Array([]), "2a00"),
    ]

    @Test(arguments: values)
    func `Every kind of value is written as OTLP has it`(value: SpanAttribute, bytes: String) {
        var span = Fixtures.span()
        span.attributes = ["k": value]
        let body = Self.hexadecimal(TraceEncoder(OTLPConfiguration()).encode([span]))
        func length(_ count: Int) -> String { Self.hexadecimal([UInt8(count)]) }
        // The pair of key and value, each with its field and length.
        let pair = "0a016b12" + length(bytes.count / 2) + bytes
        #expect(body.contains("4a" + length(pair.count / 2) + pair))
    }

    @Test(arguments: [(SpanKind.internal, 1), (.server, 2), (.client, 3), (.producer, 4), (.consumer, 5)])
    func `Each kind has its number`(kind: SpanKind, number: Int) {
        var span = Fixtures.span()
        span.kind = kind
        let body = Self.hexadecimal(TraceEncoder(OTLPConfiguration()).encode([span]))
        // Between the name and the start.
        #expect(body.contains("7370616e300\(number)39"))
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for byte in bytes { Hexadecimal.append(UInt64(byte), width: 2, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }
}
