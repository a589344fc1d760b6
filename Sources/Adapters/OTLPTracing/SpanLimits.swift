/// How much one span may hold. What is beyond is left out, and counted in the span where OTLP has a place for it.
public struct SpanLimits: Equatable, Sendable {
    public var attributes = 32
    public var events = 32
    public var links = 32
    /// Attributes of one event or one link.
    public var nestedAttributes = 8
    /// Unicode scalars of a string value, a name or a status message; the rest is cut off.
    public var stringLength = 1024
    /// Elements of a list value; the rest is cut off.
    public var listCount = 32

    public init() {}
}
