import TestSupport
import Testing
import Timekeeping
import Tracing

@testable import OTLPTracing

@Suite struct OTLPSpanTests {
    private struct Broken: Error {}

    /// Unlike Fixtures' spans these are real: ended into a tracer whose exporter has a queue to look at.
    private struct Bench {
        let sender = RecordingSender()
        let exporter: OTLPExporter
        let tracer: OTLPTracer

        init() {
            var configuration = OTLPConfiguration()
            configuration.ratio = 1
            let time = ManualTimeSource()
            exporter = OTLPExporter(configuration, sender: sender, time: time)
            tracer = OTLPTracer(configuration, exporter: exporter, time: time)
        }

        func span(_ name: String = "span") -> OTLPSpan {
            tracer.startSpan(name, context: .topLevel, ofKind: .server, at: Fixtures.time(100))
        }

        /// Ends the span and gives it as it is exported.
        func exported(_ span: OTLPSpan, at end: UInt64 = 200) async throws -> DecodedSpan {
            span.end(at: Fixtures.time(end))
            exporter.flush()
            let call = try #require(await sender.next())
            call.answer(.answered(status: 200, retryAfter: nil, body: []))
            let spans = DecodedSpan.all(in: call.request.body)
            try #require(spans.count == 1)
            return spans[0]
        }
    }

    @Test func `Times given by the caller are the span's`() async throws {
        let bench = Bench()
        let span = try await bench.exported(bench.span())
        #expect(span.start == 100)
        #expect(span.end == 200)
    }

    @Test func `A span does not end before it began`() async throws {
        let bench = Bench()
        #expect(try await bench.exported(bench.span(), at: 50).end == 100)
    }

    @Test func `A span ends once and does not change afterwards`() async throws {
        let bench = Bench()
        let span = bench.span("before")
        span.attributes = ["kept": 1]
        #expect(span.isRecording)
        let exported = try await bench.exported(span)
        #expect(!span.isRecording)
        span.operationName = "after"
        span.attributes = ["late": 1]
        span.setStatus(SpanStatus(code: .error))
        span.addEvent("late")
        span.addLink(SpanLink(context: span.context, attributes: [:]))
        span.recordError(Broken())
        span.end()
        #expect(exported.name == "before")
        #expect(span.operationName == "before")
        #expect(span.attributes == ["kept": 1])
        // Had the second end handed on the span again, it would stand beside this one.
        #expect(try await bench.exported(bench.span("other")).name == "other")
    }

    @Test func `Attributes beyond the limit are left out and counted, those set before stay`() async throws {
        let bench = Bench()
        let span = bench.span()
        span.attributes = ["first": "a"]
        span.updateAttributes { attributes in
            for number in 0..<40 { attributes["more\(number)"] = number }
        }
        #expect(span.attributes.count == 32)
        #expect(span.attributes.get("first") == "a")
        span.updateAttributes { $0["one more"] = true }
        #expect(span.attributes.count == 32)
        let exported = try await bench.exported(span)
        #expect(exported.attributeCount == 32)
        #expect(exported.droppedAttributes == 10)
    }

    @Test(arguments: [(1024, 1024), (1025, 1024), (100_000, 1024)])
    func `Strings are cut`(count: Int, kept: Int) {
        let span = Bench().span()
        let long = String(repeating: "界", count: count)
        span.attributes = ["text": .string(long), "list": .stringArray([long]), "any": .stringConvertible(long)]
        span.operationName = long
        let expected = String(repeating: "界", count: kept)
        #expect(span.attributes.get("text") == .string(expected))
        #expect(span.attributes.get("list") == .stringArray([expected]))
        #expect(span.attributes.get("any") == .string(expected))
        #expect(span.operationName == expected)
    }

    @Test func `Lists are cut`() {
        let span = Bench().span()
        span.attributes = [
            "ints": .int64Array(Array(repeating: 1, count: 40)),
            "strings": .stringArray(Array(repeating: "a", count: 40)),
            "bools": .boolArray(Array(repeating: true, count: 40)),
            "small": .int32Array(Array(repeating: 1, count: 40)),
            "doubles": .doubleArray(Array(repeating: 1, count: 40)),
            "any": .stringConvertibleArray(Array(repeating: 1, count: 40)),
        ]
        #expect(span.attributes.get("ints") == .int64Array(Array(repeating: 1, count: 32)))
        #expect(span.attributes.get("strings") == .stringArray(Array(repeating: "a", count: 32)))
        #expect(span.attributes.get("bools") == .boolArray(Array(repeating: true, count: 32)))
        #expect(span.attributes.get("small") == .int32Array(Array(repeating: 1, count: 32)))
        #expect(span.attributes.get("doubles") == .doubleArray(Array(repeating: 1, count: 32)))
        #expect(span.attributes.get("any") == .stringArray(Array(repeating: "1", count: 32)))
    }

    @Test func `Events and links beyond the limit are left out and counted`() async throws {
        let bench = Bench()
        let span = bench.span()
        for _ in 0..<33 { span.addLink(SpanLink(context: span.context, attributes: [:])) }
        for _ in 0..<32 { span.addEvent("event") }
        span.addEvent("event")
        span.recordError(Broken())
        let exported = try await bench.exported(span)
        #expect(exported.events.count == 32)
        #expect(exported.droppedEvents == 2)
        #expect(exported.links.count == 32)
        #expect(exported.droppedLinks == 1)
    }

    @Test func `An event's and a link's attributes are bounded too`() async throws {
        let bench = Bench()
        let span = bench.span()
        var many: SpanAttributes = [:]
        for number in 0..<20 { many["more\(number)"] = number }
        span.addEvent(SpanEvent(name: "event", at: Fixtures.time(1), attributes: many))
        span.addLink(SpanLink(context: span.context, attributes: many))
        span.recordError(Broken(), attributes: many)
        let exported = try await bench.exported(span)
        #expect(exported.events.map(\.attributes.count) == [8, 8])
        #expect(exported.events.map(\.droppedAttributes) == [12, 14])
        #expect(exported.links.map(\.droppedAttributes) == [12])
        // What tells of the error stays.
        #expect(exported.events.last?.name == "exception")
        #expect(
            Set(try #require(exported.events.last).attributes).isSuperset(of: ["exception.type", "exception.message"])
        )
    }

    @Test func `A link to a context without a span is none`() async throws {
        let bench = Bench()
        let span = bench.span()
        span.addLink(SpanLink(context: .topLevel, attributes: [:]))
        let exported = try await bench.exported(span)
        #expect(exported.links.isEmpty)
        #expect(exported.droppedLinks == 0)
    }
}
