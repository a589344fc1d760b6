/// What crosses process boundaries about a span: enough to be its child or to link to it.
public struct SpanContext: Hashable, Sendable {
    public var traceID: TraceID
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
