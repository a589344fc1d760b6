import Timekeeping
import Tracing

/// The ids of W3C Trace Context (https://www.w3.org/TR/trace-context/), and how Weir keeps a context: as its `traceparent`, with its
/// `tracestate` behind a space where there is one.
package enum TraceContext {
    /// The trace id of a `traceparent`; `nil` where that is malformed.
    static func traceID(of kept: String) -> String? {
        let parts = split(kept).traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0] != "ff", parts[0] != "00" || parts.count == 4,
            zip(parts, [2, 32, 16, 2]).allSatisfy({ isHexadecimal($0, digits: $1) }),
            parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" })
        else { return nil }
        return String(parts[1])
    }

    /// The trace id in `traceparent`, or all of it where it is the bare id.
    package static func traceID(in kept: String) -> String {
        traceID(of: kept) ?? kept
    }

    /// The trace to point to from a metric: only one that was chosen, so that it will be found at the collector.
    package static func sampledTraceID(of kept: String) -> String? {
        // The last digit of the flags has the choice.
        let traceparent = split(kept).traceparent
        guard traceparent.utf8.count == 55, let flag = traceparent.last?.hexDigitValue, flag & 1 == 1 else {
            return nil
        }
        return traceID(of: kept)
    }

    /// A context as it is kept.
    static func join(_ traceparent: String, _ traceState: String?) -> String {
        traceState.map { "\(traceparent) \($0)" } ?? traceparent
    }

    /// The two headers of a context that was kept.
    static func split(_ kept: String) -> (traceparent: Substring, traceState: String?) {
        guard let space = kept.utf8.firstIndex(of: UInt8(ascii: " ")) else { return (kept[...], nil) }
        return (kept[..<space], String(kept[kept.utf8.index(after: space)...]))
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

/// The headers of W3C Trace Context (https://www.w3.org/TR/trace-context/), as a tracer reads and writes them.
struct TraceCarrier: Sendable {
    var traceparent: String?
    var traceState: String?

    init(traceparent: String? = nil, traceState: String? = nil) {
        self.traceparent = traceparent
        self.traceState = traceState
    }

    /// Of a context that was kept.
    init(kept: String) {
        let (traceparent, traceState) = TraceContext.split(kept)
        self.init(traceparent: String(traceparent), traceState: traceState)
    }
}

/// How a tracer reaches a carrier's headers.
struct TraceCarrierAccess: Extractor, Injector {
    func extract(key: String, from carrier: TraceCarrier) -> String? {
        switch key {
        case "traceparent": carrier.traceparent
        case "tracestate": carrier.traceState
        default: nil
        }
    }

    func inject(_ value: String, forKey key: String, into carrier: inout TraceCarrier) {
        switch key {
        case "traceparent": carrier.traceparent = value
        case "tracestate": carrier.traceState = value
        default: break
        }
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
