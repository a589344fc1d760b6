package import Dispatching
import Queueing
import Synchronization
public import Timekeeping
public import Tracing
import WeChat
import WeirPorts

/// The span of one attempt.
final class SpanTrace: AttemptTrace {
    let span: any Span

    init(_ span: any Span) {
        self.span = span
    }
}

/// Turns what happens into spans. Nothing else touches the tracer.
///
/// A request is one span (`relay`, `accept` …); each of its attempts is one more below it, and so is the wait before each. A message's
/// attempts come after the request was answered, perhaps from another process: they are linked to the span that accepted the message,
/// and to the attempt before. Without a tracer requests still have trace ids.
public final class GatewayTraces: Sendable {
    private let tracer: (any Tracer)?
    private let time: any TimeSource
    private let generator: Mutex<SplitMix64>

    /// - Parameters:
    ///   - tracer: `nil` when nobody collects traces.
    ///   - seed: chance, for the ids of requests that nobody traces.
    public init(tracer: (any Tracer)? = nil, time: any TimeSource, seed: UInt64) {
        self.tracer = tracer
        self.time = time
        generator = Mutex(SplitMix64(seed: seed))
    }

    // MARK: Requests

    /// A request has come in. Its trace is its caller's, where `traceparent` names one. Without a `name` it is not worth a span.
    public func begin(_ name: String?, traceparent: String?) -> RequestTrace {
        let now = time.moment()
        if let tracer, let name {
            let span = tracer.startSpan(
                name,
                context: context(traceparent),
                ofKind: .server,
                at: SpanTime(now.timestamp)
            )
            var carrier = TraceCarrier()
            tracer.inject(span.context, into: &carrier, using: TraceCarrierAccess())
            if let own = carrier.traceparent, let id = TraceContext.traceID(of: own) {
                return RequestTrace(id: id, traceparent: own, span: span, began: now)
            }
        }
        let known = traceparent.flatMap(TraceContext.traceID)
        let id = known ?? generator.withLock { TraceContext.freshTraceID(using: &$0) }
        return RequestTrace(id: id, traceparent: id, span: nil, began: now)
    }

    /// The request was answered.
    public func end(_ request: RequestTrace, route: String, method: String, status: Int) {
        guard let span = request.span else { return }
        let facts = request.known
        span.updateAttributes { attributes in
            attributes["http.route"] = route
            attributes["http.request.method"] = method
            attributes["http.response.status_code"] = status
            for (key, value) in facts.pairs { attributes["weir.\(key)"] = value }
        }
        if facts.isFailure || status >= 500 {
            span.setStatus(SpanStatus(code: .error, message: facts.outcome ?? "status \(status)"))
        }
        span.end(at: SpanTime(request.began.timestamp, after: time.now() - request.began.instant))
    }

    // MARK: Attempts

    /// An attempt leaves: the wait before it is over.
    package func begin(_ start: AttemptStart) -> (any AttemptTrace)? {
        let (lease, trail) = (start.lease, start.trail)
        guard let tracer, TraceContext.traceID(of: trail.traceparent) != nil else { return nil }
        let parent = context(trail.traceparent)
        let begin = SpanTime(lease.startedAt.timestamp)
        if let since = trail.waitingSince ?? (lease.number == 1 ? lease.job.acceptedAt : nil) {
            let wait = tracer.startSpan("wait", context: parent, ofKind: .internal, at: SpanTime(since))
            wait.updateAttributes { attributes in
                attributes["weir.attempt"] = lease.number
                for wait in lease.waits {
                    attributes["weir.waited.\(wait.reason.rawValue)_ms"] = wait.duration.inMilliseconds
                }
            }
            wait.end(at: max(begin, SpanTime(since)))
        }
        let span = tracer.startSpan("attempt", context: parent, ofKind: .client, at: begin)
        span.updateAttributes { attributes in
            attributes["weir.attempt"] = lease.number
            attributes["weir.app"] = start.gate.app
            attributes["weir.api"] = start.gate.api
            if lease.job.isDurable { attributes["weir.id"] = lease.job.id.description }
        }
        if lease.job.isDurable { span.addLink(SpanLink(context: parent, attributes: ["weir.link": "accepted by"])) }
        if let previous = trail.previous as? SpanTrace {
            span.addLink(SpanLink(context: previous.span.context, attributes: ["weir.link": "repeats"]))
        }
        return SpanTrace(span)
    }

    /// An attempt has ended.
    package func end(_ end: AttemptEnd) {
        guard let span = (end.trace as? SpanTrace)?.span else { return }
        let result = end.classification
        span.updateAttributes { attributes in
            if let status = end.status { attributes["http.response.status_code"] = status }
            if let code = result.errcode { attributes["wechat.errcode"] = code }
            if let rid = result.rid { attributes["wechat.rid"] = rid }
            attributes["weir.outcome"] = result.outcome.rawValue
        }
        if result.outcome != .accepted {
            span.setStatus(SpanStatus(code: .error, message: result.outcome.rawValue))
        }
        let took = end.endedAt.instant - end.startedAt.instant
        span.end(at: SpanTime(end.startedAt.timestamp, after: took))
    }

    private func context(_ traceparent: String?) -> InstrumentationContext {
        var context = InstrumentationContext.topLevel
        guard let traceparent else { return context }
        tracer?.extract(TraceCarrier(traceparent: traceparent), into: &context, using: TraceCarrierAccess())
        return context
    }
}

/// The ids of W3C Trace Context (https://www.w3.org/TR/trace-context/).
package enum TraceContext {
    /// The trace id of a `traceparent`; `nil` where that is malformed.
    static func traceID(of traceparent: String) -> String? {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0] != "ff", parts[0] != "00" || parts.count == 4,
            zip(parts, [2, 32, 16, 2]).allSatisfy({ isHexadecimal($0, digits: $1) }),
            parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" })
        else { return nil }
        return String(parts[1])
    }

    /// The trace id in `traceparent`, or all of it where it is the bare id.
    package static func traceID(in traceparent: String) -> String {
        traceID(of: traceparent) ?? traceparent
    }

    /// The trace to point to from a metric: only what will be found at the collector.
    package static func exportedTraceID(of traceparent: String, isTraced: Bool, hasFailed: Bool) -> String? {
        guard isTraced, hasFailed || traceparent.hasSuffix("1") else { return nil }
        return traceID(in: traceparent)
    }

    private static func isHexadecimal(_ text: Substring, digits: Int) -> Bool {
        text.utf8.count == digits && text.utf8.allSatisfy { 48...57 ~= $0 || 97...102 ~= $0 }
    }

    /// 32 hexadecimal digits, not all of them 0.
    static func freshTraceID(using generator: inout some RandomNumberGenerator) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(32)
        for half in [generator.next() | 1, generator.next()] {
            for shift in stride(from: 60, through: 0, by: -4) {
                digits.append(hexadecimal[Int(half >> UInt64(shift) & 15)])
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)
}

/// The header of W3C Trace Context (https://www.w3.org/TR/trace-context/), as a tracer reads and writes it.
struct TraceCarrier: Sendable {
    var traceparent: String?
}

/// How a tracer reaches a carrier's headers.
struct TraceCarrierAccess: Extractor, Injector {
    func extract(key: String, from carrier: TraceCarrier) -> String? {
        key == "traceparent" ? carrier.traceparent : nil
    }

    func inject(_ value: String, forKey key: String, into carrier: inout TraceCarrier) {
        if key == "traceparent" { carrier.traceparent = value }
    }
}

/// When a span begins or ends, on the wall clock.
struct SpanTime: TracerInstant {
    let nanosecondsSinceEpoch: UInt64

    init(_ timestamp: Timestamp) {
        let (nanoseconds, overflow) = UInt64(clamping: timestamp.milliseconds).multipliedReportingOverflow(
            by: 1_000_000
        )
        nanosecondsSinceEpoch = overflow ? .max : nanoseconds
    }

    /// A span's end: its beginning and what the monotonic clock measured, so that a step of the wall clock in between does not show.
    init(_ begin: Timestamp, after duration: Duration) {
        nanosecondsSinceEpoch = SpanTime(begin).nanosecondsSinceEpoch &+ UInt64(clamping: duration.inNanoseconds)
    }

    static func < (left: SpanTime, right: SpanTime) -> Bool {
        left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
    }
}
