import TestSupport
import Testing
import Timekeeping
import Tracing

@testable import OTLPTracing

@Suite struct OTLPTracerTests {
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"

    private let sender = RecordingSender()
    private let time = ManualTimeSource()

    private func tracer(ratio: Double, seed: UInt64 = 5) -> (tracer: OTLPTracer, exporter: OTLPExporter) {
        var configuration = OTLPConfiguration()
        configuration.ratio = ratio
        let exporter = OTLPExporter(configuration, sender: sender, time: time, random: SeededGenerator(seed: seed))
        let random = SeededGenerator(seed: seed)
        return (OTLPTracer(configuration, exporter: exporter, time: time, random: random), exporter)
    }

    @Test func `What was extracted is injected again`() {
        let tracer = tracer(ratio: 0).tracer
        var context = InstrumentationContext.topLevel
        let headers = ["traceparent": Self.parent + "1", "tracestate": "a=b", "other": "c"]
        tracer.extract(headers, into: &context, using: Carrier())
        #expect(context.spanContext?.isRemote == true)
        var out: [String: String] = [:]
        tracer.inject(context, into: &out, using: Carrier())
        #expect(out == ["traceparent": Self.parent + "1", "tracestate": "a=b"])
    }

    @Test(arguments: [[:], ["traceparent": "nonsense", "tracestate": "a=b"], ["tracestate": "a=b"]])
    func `Without a well-formed parent the context stays as it is`(headers: [String: String]) {
        let tracer = tracer(ratio: 0).tracer
        var context = InstrumentationContext.topLevel
        tracer.extract(headers, into: &context, using: Carrier())
        #expect(context.isEmpty)
        context.spanContext = Fixtures.context(trace: 3)
        tracer.extract(headers, into: &context, using: Carrier())
        #expect(context.spanContext == Fixtures.context(trace: 3))
    }

    @Test func `Outside of a trace nothing is injected`() {
        var out: [String: String] = [:]
        tracer(ratio: 1).tracer.inject(.topLevel, into: &out, using: Carrier())
        #expect(out.isEmpty)
    }

    @Test func `A child carries on its parent's trace`() {
        let tracer = tracer(ratio: 0).tracer
        var context = InstrumentationContext.topLevel
        context.spanContext = SpanContext(traceparent: Self.parent + "1", traceState: "a=b")
        let span = tracer.startSpan("child", context: context)
        #expect(span.context.spanContext == span.spanContext)
        #expect(span.spanContext.traceID == context.spanContext?.traceID)
        #expect(span.spanContext.spanID != context.spanContext?.spanID)
        #expect(span.spanContext.traceState == "a=b")
        #expect(!span.spanContext.isRemote)
    }

    @Test(arguments: [("1", 0.0, true), ("0", 1.0, false)])
    func `A child follows its parent's choice whatever the ratio`(flag: String, ratio: Double, isSampled: Bool) {
        var context = InstrumentationContext.topLevel
        context.spanContext = SpanContext(traceparent: Self.parent + flag)
        let tracer = tracer(ratio: ratio).tracer
        let child = tracer.startSpan("child", context: context)
        #expect(child.spanContext.isSampled == isSampled)
        #expect(tracer.startSpan("grandchild", context: child.context).spanContext.isSampled == isSampled)
    }

    @Test(arguments: [(0.0, false), (1.0, true)])
    func `Where a trace begins the ratio decides`(ratio: Double, isSampled: Bool) {
        #expect(tracer(ratio: ratio).tracer.startSpan("root", context: .topLevel).spanContext.isSampled == isSampled)
    }

    @Test func `Each span has an id of its own, and the seed fixes them`() {
        let ids = { () -> [SpanContext] in
            let tracer = tracer(ratio: 0.5).tracer
            return (0..<100).map { _ in tracer.startSpan("root", context: .topLevel).spanContext }
        }
        let first = ids()
        #expect(Set(first.map(\.traceID)).count == 100)
        #expect(Set(first.map(\.spanID)).count == 100)
        #expect(first == ids())
    }

    @Test func `A failure takes its unsampled trace along`() async throws {
        let (tracer, exporter) = tracer(ratio: 0)
        let accept = tracer.startSpan("accept", context: .topLevel)
        accept.end()
        tracer.startSpan("another trace", context: .topLevel).end()
        let attempt = tracer.startSpan("attempt", context: accept.context)
        attempt.setStatus(SpanStatus(code: .error))
        attempt.end()
        tracer.startSpan("later", context: accept.context).end()
        exporter.flush()
        let spans = DecodedSpan.all(in: try #require(await sender.next()).request.body)
        #expect(spans.map(\.name) == ["accept", "attempt", "later"])
        #expect(
            spans.map(\.parentID) == ["", accept.spanContext.spanID.description, accept.spanContext.spanID.description]
        )
        #expect(Set(spans.map(\.traceID)) == [accept.spanContext.traceID.description])
    }

    @Test func `What a span says is made where it is exported, and nowhere else`() async throws {
        let (tracer, _) = tracer(ratio: 0)
        let made = ReportLog()
        func end(_ name: String, in context: InstrumentationContext, isFailure: Bool = false) -> OTLPSpan {
            let span = tracer.startSpan("raw", context: context)
            span.attributes = ["own": 1]
            span.describe {
                made.add(.exported(1))
                return (name, ["own": 2, "other": 3])
            }
            if isFailure { span.setStatus(SpanStatus(code: .error)) }
            span.end()
            return span
        }
        #expect(!end("held", in: .topLevel).isExported)
        var chosen = InstrumentationContext.topLevel
        chosen.spanContext = SpanContext(traceparent: Self.parent + "1")
        #expect(end("chosen", in: chosen).isExported)
        #expect(end("failed", in: .topLevel, isFailure: true).isExported)
        // Whoever ends a span does not pay for what it says.
        #expect(made.all == [])
        tracer.forceFlush()
        let spans = DecodedSpan.all(in: try #require(await sender.next()).request.body)
        #expect(spans.map(\.name) == ["chosen", "failed"])
        #expect(spans.allSatisfy { $0.attributes == ["other": "3", "own": "1"] })
        #expect(made.all.count == 2)
    }

    @Test func `A span that was discarded is neither exported nor held`() async throws {
        let (tracer, _) = tracer(ratio: 0)
        var context = InstrumentationContext.topLevel
        context.spanContext = SpanContext(traceparent: Self.parent + "1")
        let span = tracer.startSpan("stranger", context: context)
        span.setStatus(SpanStatus(code: .error))
        span.discard()
        span.end()
        #expect(!span.isExported)
        tracer.startSpan("known", context: context).end()
        tracer.forceFlush()
        let spans = DecodedSpan.all(in: try #require(await sender.next()).request.body)
        #expect(spans.map(\.name) == ["known"])
    }

    @Test(arguments: [("1", 0.0, false), ("0", 1.0, true)])
    func `A sampler that asks no parent decides for traces of others, and its own children follow it`(
        flag: String,
        ratio: Double,
        isSampled: Bool
    ) {
        var configuration = OTLPConfiguration()
        configuration.ratio = ratio
        configuration.ignoresCallersChoice = true
        let exporter = OTLPExporter(configuration, sender: sender, time: time, random: SeededGenerator(seed: 1))
        let tracer = OTLPTracer(configuration, exporter: exporter, time: time, random: SeededGenerator(seed: 1))
        var context = InstrumentationContext.topLevel
        context.spanContext = SpanContext(traceparent: Self.parent + flag)
        let span = tracer.startSpan("child", context: context)
        #expect(span.spanContext.isSampled == isSampled)
        #expect(tracer.startSpan("grandchild", context: span.context).spanContext.isSampled == isSampled)
    }

    @Test func `An error thrown through withSpan is a failure`() async throws {
        struct Broken: Error {}
        let (tracer, _) = tracer(ratio: 0)
        #expect(throws: Broken.self) {
            try tracer.withSpan("work", context: .topLevel) { (_: OTLPSpan) in throw Broken() }
        }
        tracer.forceFlush()
        let spans = DecodedSpan.all(in: try #require(await sender.next()).request.body)
        #expect(spans.map(\.name) == ["work"])
        #expect(spans.first?.events.map(\.name) == ["exception"])
    }

    @Test func `It can be used behind the protocol`() {
        let tracer: any Tracer = tracer(ratio: 1).tracer
        let span = tracer.startSpan("root", context: .topLevel, ofKind: .client)
        #expect(span.context.spanContext?.isSampled == true)
    }

    @Test func `The tracer's own clock is finer than a millisecond and follows the wall clock's steps`() {
        let tracer = tracer(ratio: 1).tracer
        let start = tracer.now.nanosecondsSinceEpoch
        #expect(start == 1_795_190_400_000_000_000)
        time.advance(by: .microseconds(1))
        #expect(tracer.now.nanosecondsSinceEpoch == start + 1_000)
        time.stepWallClock(by: .seconds(-3600))
        #expect(tracer.now.nanosecondsSinceEpoch / 1_000_000 == (start - 3_600_000_000_000) / 1_000_000)
    }
}
