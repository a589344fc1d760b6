public import Tracing

/// What crosses process boundaries about a span: enough to be its child or to link to it.
public struct SpanContext: Hashable, Sendable {
    /// The trace that the span is part of.
    public var traceID: TraceID
    /// The span itself: the parent of spans that are started in this context.
    public var spanID: SpanID
    /// Whether the trace was chosen at its head; children follow it.
    public var isSampled: Bool
    /// Whether it came from another process, which OTLP tells the receiver.
    public var isRemote: Bool
    /// What tracers of other makes passed along, handed on as it is. Never longer than `traceStateLimit`.
    public private(set) var traceState: String?

    /// Characters of a `tracestate` that every implementation must be able to hand on; longer ones are left out.
    public static let traceStateLimit = 512

    /// - Parameter traceState: left out if it is empty, too long, or holds anything but visible ASCII, blanks and tabs.
    public init(
        traceID: TraceID,
        spanID: SpanID,
        isSampled: Bool,
        isRemote: Bool = false,
        traceState: String? = nil
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.isRemote = isRemote
        self.traceState = traceState.flatMap(Self.accepted)
    }

    /// The same trace with another span of this process at its tip.
    func child(_ id: SpanID) -> SpanContext {
        var child = self
        child.spanID = id
        child.isRemote = false
        return child
    }

    /// A line break in it would let whoever sent it write headers of its own further on.
    private static func accepted(_ state: String) -> String? {
        let bytes = state.utf8
        guard (1...traceStateLimit).contains(bytes.count) else { return nil }
        return bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 } ? state : nil
    }
}

/// A span's own name within its trace: 64 bits, not all zero.
public struct SpanID: Hashable, Sendable, CustomStringConvertible {
    /// The 64 bits, never 0.
    public let value: UInt64

    /// `nil` for zero, which the standard keeps for "no span".
    public init?(_ value: UInt64) {
        guard value != 0 else { return nil }
        self.value = value
    }

    /// 16 lower-case hexadecimal digits.
    public var description: String {
        Hexadecimal.text(value)
    }
}

/// What all spans of one trace share: 128 bits, not all zero.
public struct TraceID: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes, most significant first.
    public let high: UInt64
    /// The last eight bytes; sampling by ratio reads them.
    public let low: UInt64

    /// `nil` if all bits are zero, which the standard keeps for "no trace".
    public init?(high: UInt64, low: UInt64) {
        guard high | low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String {
        Hexadecimal.text(high, low)
    }
}

extension SpanContext {
    /// `version-traceid-parentid-flags` of version 00 (https://www.w3.org/TR/trace-context/), such as
    /// `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`.
    public var traceparent: String {
        var text: [UInt8] = []
        text.reserveCapacity(55)
        text += Array("00-".utf8)
        Hexadecimal.append(traceID.high, to: &text)
        Hexadecimal.append(traceID.low, to: &text)
        text.append(UInt8(ascii: "-"))
        Hexadecimal.append(spanID.value, to: &text)
        text += Array((isSampled ? "-01" : "-00").utf8)
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads what another process sent.
    ///
    /// A version above 00 may have more parts after the flags; version ff, ids of zeros, capital letters and any other
    /// form are refused.
    public init?(traceparent: String, traceState: String? = nil) {
        let bytes = Array(traceparent.utf8)
        guard bytes.count >= 55, [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
            let version = Hexadecimal.number(bytes[0..<2]), version != 0xFF,
            bytes.count == 55 || version > 0 && bytes[55] == UInt8(ascii: "-"),
            let high = Hexadecimal.number(bytes[3..<19]), let low = Hexadecimal.number(bytes[19..<35]),
            let parent = Hexadecimal.number(bytes[36..<52]), let flags = Hexadecimal.number(bytes[53..<55]),
            let traceID = TraceID(high: high, low: low), let spanID = SpanID(parent)
        else { return nil }
        self.init(
            traceID: traceID,
            spanID: spanID,
            isSampled: flags & 1 == 1,
            isRemote: true,
            traceState: traceState
        )
    }
}

/// Numbers in lower-case hexadecimal of a fixed width, the only form in which ids cross a wire as text.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func append(_ number: UInt64, width: Int = 16, to text: inout [UInt8]) {
        for position in stride(from: (width - 1) * 4, through: 0, by: -4) {
            text.append(digits[Int(truncatingIfNeeded: number >> UInt64(position)) & 0xF])
        }
    }

    static func text(_ numbers: UInt64...) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(numbers.count * 16)
        for number in numbers { append(number, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    /// At most 16 digits; `nil` if there are none, more, or a character is no lower-case digit.
    static func number(_ digits: some Collection<UInt8>) -> UInt64? {
        guard (1...16).contains(digits.count) else { return nil }
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}

/// Under which a span's context travels through tasks.
enum SpanContextKey: InstrumentationContextKey {
    typealias Value = SpanContext

    static var nameOverride: String? { "span-context" }
}

extension InstrumentationContext {
    /// The span that is the parent of those started here; `nil` where a trace would begin.
    public var spanContext: SpanContext? {
        get { self[SpanContextKey.self] }
        set { self[SpanContextKey.self] = newValue }
    }
}
