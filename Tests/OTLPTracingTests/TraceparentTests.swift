import Testing

@testable import OTLPTracing

@Suite struct TraceparentTests {
    static let trace = "0af7651916cd43dd8448eb211c80319c"
    static let span = "b7ad6b7169203331"

    @Test(
        arguments: [
            ("00-\(trace)-\(span)-01", true),
            ("00-\(trace)-\(span)-00", false),
            // Other flags are other people's; only bit 0 counts.
            ("00-\(trace)-\(span)-ff", true),
            ("00-\(trace)-\(span)-02", false),
            // Later versions may say more.
            ("01-\(trace)-\(span)-01", true),
            ("cc-\(trace)-\(span)-01-what-the-future-will-be-like", true),
            ("fe-\(trace)-\(span)-00-", false),
        ]
    )
    func `A well-formed parent is read`(text: String, isSampled: Bool) throws {
        let context = try #require(SpanContext(traceparent: text))
        #expect(context.traceID.description == Self.trace)
        #expect(context.spanID.description == Self.span)
        #expect(context.isSampled == isSampled)
        #expect(context.isRemote)
    }

    @Test(
        arguments: [
            "", "00", "-", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-1",
            "00-\(trace)-\(span)-01-", "00-\(trace)-\(span)-01-more", "00-\(trace)-\(span)-011",
            "ff-\(trace)-\(span)-01", "ff-\(trace)-\(span)-01-more", "01-\(trace)-\(span)-01.more",
            "01-\(trace)-\(span)-012",
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01", "00-\(trace)-\(span)-0A",
            "0A-\(trace)-\(span)-01", "0g-\(trace)-\(span)-01", "00-\(trace.dropLast())g-\(span)-01",
            "00-\(trace)-\(span.dropLast())g-01", "00-\(trace)-\(span)-0x", "00-\(trace)-\(span)--1",
            "00-\(trace)-\(span)-+1",
            "00_\(trace)-\(span)-01", "00-\(trace)_\(span)-01", "00-\(trace)-\(span)_01", " 00-\(trace)-\(span)-01",
            "00-\(trace)-\(span)-01 ", "00-\(trace.dropLast())-\(span)-01-", "00-\(trace)-\(span)-0é",
            "00-\(trace)-\(span)-01\r\n", "000-\(trace)-\(span)-1",
        ]
    )
    func `A malformed parent is refused`(text: String) {
        #expect(SpanContext(traceparent: text) == nil)
    }

    @Test(arguments: [true, false])
    func `What is printed is read back`(isSampled: Bool) throws {
        let trace = try #require(TraceID(high: 0x12, low: 0xABCD_EF01_2345_6789))
        let context = SpanContext(
            traceID: trace,
            spanID: try #require(SpanID(0xF)),
            isSampled: isSampled,
            isRemote: true
        )
        #expect(
            context.traceparent == "00-0000000000000012abcdef0123456789-000000000000000f-\(isSampled ? "01" : "00")"
        )
        #expect(SpanContext(traceparent: context.traceparent) == context)
    }

    @Test(
        arguments: [
            ("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", true), (String(repeating: "a", count: 512), true),
            (String(repeating: "a", count: 513), false), ("", false), ("a=b\r\nx-evil: 1", false), ("a=ü", false),
        ]
    )
    func `A trace state is handed on if it is short and harmless`(state: String, isKept: Bool) throws {
        let context = try #require(SpanContext(traceparent: "00-\(Self.trace)-\(Self.span)-01", traceState: state))
        #expect(context.traceState == (isKept ? state : nil))
    }

    @Test func `Ids of zeros are none`() {
        #expect(TraceID(high: 0, low: 0) == nil)
        #expect(SpanID(0) == nil)
    }
}
