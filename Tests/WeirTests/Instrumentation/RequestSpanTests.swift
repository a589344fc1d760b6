import Intake
import Resilience
import TestSupport
import Testing
import Timekeeping
import Tracing
import WeChat
import WeirPorts

@testable import RequestTracing

/// What becomes of a request's span, and what it says.
struct RequestSpanTests {
    private let time = ManualTimeSource(timestamp: .noon)

    private func traces(_ tracer: RecordingTracer) -> GatewayTraces {
        GatewayTraces(tracer: tracer, time: time, seed: 1)
    }

    private static let head = RequestHead(method: "POST", target: "/v1/messages?x=1")

    @Test func `what a span says is asked of nobody before it is exported`() throws {
        let tracer = RecordingTracer(isSampled: false)
        let traces = traces(tracer)
        let request = traces.begin(traceparent: nil) { RequestSpanTests.head }
        traces.end(request, route: "/v1/messages", status: 202)
        let span = try #require(tracer.all.first)
        #expect(!span.isRecording && span.attributes.isEmpty && span.operationName == "HTTP")
        #expect(span.described?.name == "POST /v1/messages")
    }

    @Test func `without a tracer nobody asks for the head of a request`() {
        let traces = GatewayTraces(tracer: nil, time: time, seed: 1)
        let request = traces.begin(traceparent: nil) {
            Issue.record("asked")
            return nil
        }
        traces.end(request, route: nil, status: 200)
        #expect(request.traceparent == request.id && request.id.count == 32)
    }

    @Test(
        arguments: [
            (202, nil, nil, nil), (404, nil, nil, nil), (429, nil, nil, nil), (500, nil, "500", nil),
            (503, nil, "503", nil),
            (503, "queue_full", "queue_full", "queue_full"), (200, "990003", "990003", "990003"),
        ] as [(Int, String?, String?, String?)]
    )
    func `only what this side did wrong is an error`(
        _ status: Int,
        _ fault: String?,
        _ errorType: String?,
        _ words: String?
    ) throws {
        let tracer = RecordingTracer(isSampled: true)
        let traces = traces(tracer)
        let request = traces.begin(traceparent: nil) { RequestSpanTests.head }
        request.note { ($0.fault, $0.isFailure) = (fault, true) }
        traces.end(request, route: "/v1/messages", status: status)
        let span = try #require(tracer.all.first)
        #expect(span.status?.code == (errorType == nil ? nil : .error))
        #expect(span.status?.message == words)
        #expect(span.described?.attributes.get("error.type") == errorType.map { .string($0) })
    }

    @Test(arguments: MessageRefusalReason.allCases)
    func `a refusal is an error where it is Weir's own, and a stranger's where nobody knows the caller`(
        _ reason: MessageRefusalReason
    ) {
        let request = RequestTrace.test()
        request.note(MessageRefusal(reason, "no"))
        let own: Set<MessageRefusalReason> = [.queueFull, .journal, .overloaded, .shuttingDown, .upstream]
        #expect((request.known.fault != nil) == own.contains(reason))
        #expect(request.known.isStranger == [.unauthorized, .forbidden].contains(reason))
        let known = RequestTrace.test()
        known.note { $0.client = "orders" }
        known.note(MessageRefusal(reason, "no"))
        #expect(known.known.isStranger == (reason == .unauthorized))
    }

    @Test func `of strangers so many are traced as the bucket grants, and none is held`() {
        let chosen = RecordingTracer(isSampled: true)
        let traces = traces(chosen)
        func turnAway() {
            let request = traces.begin(traceparent: nil) { RequestSpanTests.head }
            request.note { $0.isStranger = true }
            traces.end(request, route: nil, status: 401)
        }
        for _ in 0..<50 { turnAway() }
        #expect(chosen.all.filter(\.isExported).count == GatewayTraces.strangers.burst)
        time.advance(by: .seconds(2))
        for _ in 0..<50 { turnAway() }
        #expect(chosen.all.filter(\.isExported).count == GatewayTraces.strangers.burst + 2)
        #expect(chosen.all.allSatisfy { $0.status == nil })
    }

    @Test func `a stranger in a trace that was not chosen is discarded`() throws {
        let tracer = RecordingTracer(isSampled: false)
        let traces = traces(tracer)
        let request = traces.begin(traceparent: nil) { RequestSpanTests.head }
        request.note { $0.isStranger = true }
        traces.end(request, route: nil, status: 401)
        #expect(try #require(tracer.all.first).isDiscarded)
    }

    @Test func `a chosen trace has a span of its acceptance, whose context the message keeps, and no other has`() throws
    {
        let tracer = RecordingTracer(isSampled: true)
        let traces = traces(tracer)
        let request = traces.begin(traceparent: nil) { RequestSpanTests.head }
        let acceptance = try #require(traces.beginAcceptance(in: request))
        traces.end(acceptance, MessagingOperation(name: "accept", destination: "main", message: "m1"))
        let span = try #require(tracer.all.last)
        #expect(span.kind == .producer && span.parent == request.traceparent)
        #expect(span.context[ParentKey.self] == acceptance.traceparent)
        #expect(span.described?.name == "accept main")
        let other = self.traces(RecordingTracer(isSampled: false))
        #expect(
            other.beginAcceptance(in: other.begin(traceparent: nil) { RequestSpanTests.head }).map { $0.traceparent }
                == nil
        )
    }

    @Test func `a tracestate is kept with the traceparent, and both come out again`() throws {
        let tracer = RecordingTracer(isSampled: true)
        let traces = traces(tracer)
        var head = RequestSpanTests.head
        head.traceState = "vendor=a b,other=c"
        let parent = "00-\(RecordedSpan.trace)-00f067aa0ba902b7-01"
        let request = traces.begin(traceparent: parent) { head }
        #expect(request.traceparent.hasSuffix("-01 vendor=a b,other=c"))
        #expect(request.id == RecordedSpan.trace)
        #expect(TraceContext.sampledTraceID(of: request.traceparent) == RecordedSpan.trace)
        let carrier = TraceCarrier(kept: request.traceparent)
        #expect(carrier.traceState == "vendor=a b,other=c")
        #expect(traces.context(carrier)[StateKey.self] == "vendor=a b,other=c")
    }

    @Test(arguments: [("01", true), ("00", false), ("03", true), ("02", false)])
    func `only a chosen trace is pointed to`(_ flags: String, _ isSampled: Bool) {
        let kept = "00-\(RecordedSpan.trace)-00f067aa0ba902b7-\(flags)"
        #expect((TraceContext.sampledTraceID(of: kept) != nil) == isSampled)
        #expect(TraceContext.sampledTraceID(of: RecordedSpan.trace) == nil)
    }
}
