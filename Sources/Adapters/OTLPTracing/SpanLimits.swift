internal import Tracing

/// How much one span may hold. What is beyond is left out, and counted in the span where OTLP has a place for it.
public struct SpanLimits: Equatable, Sendable {
    /// Attributes of the span itself.
    public var attributes = 32
    /// Events of the span.
    public var events = 32
    /// Links of the span to other spans.
    public var links = 32
    /// Attributes of one event or one link.
    public var nestedAttributes = 8
    /// Unicode scalars of a string value, a name or a status message; the rest is cut off.
    public var stringLength = 1024
    /// Elements of a list value; the rest is cut off.
    public var listCount = 32

    /// Of attributes, events and links 32 each, where OpenTelemetry's own default is 128.
    public init() {}
}

extension SpanLimits {
    /// The text, or its beginning.
    func trimmed(_ text: String) -> String {
        // There are never more scalars than bytes.
        text.utf8.count <= stringLength ? text : String(text.unicodeScalars.prefix(stringLength))
    }

    /// Attributes within the limits. Where there are too many, those stay that a span had before.
    ///
    /// - Returns: what is left and how many were left out.
    func trimmed(
        _ attributes: SpanAttributes,
        atMost limit: Int,
        keeping old: SpanAttributes = [:]
    ) -> (attributes: SpanAttributes, dropped: Int) {
        var isWithin = attributes.count <= limit
        if isWithin { attributes.forEach { if !isWithinLimits($1) { isWithin = false } } }
        if isWithin { return (attributes, 0) }
        var kept: SpanAttributes = [:]
        attributes.forEach { if old.get($0) != nil, kept.count < limit { kept.set($0, value: trimmed($1)) } }
        attributes.forEach { if old.get($0) == nil, kept.count < limit { kept.set($0, value: trimmed($1)) } }
        return (kept, attributes.count - kept.count)
    }

    private func isWithinLimits(_ value: SpanAttribute) -> Bool {
        switch value {
        case .int32, .int64, .double, .bool: true
        case .string(let text): text.utf8.count <= stringLength
        case .int32Array(let list): list.count <= listCount
        case .int64Array(let list): list.count <= listCount
        case .doubleArray(let list): list.count <= listCount
        case .boolArray(let list): list.count <= listCount
        default: false
        }
    }

    private func trimmed(_ value: SpanAttribute) -> SpanAttribute {
        switch value {
        case .string(let text): .string(trimmed(text))
        case .stringArray(let list): .stringArray(list.prefix(listCount).map(trimmed))
        // What they say may change later, or be read from another thread: take it now.
        case .stringConvertible(let value): .string(trimmed("\(value)"))
        case .stringConvertibleArray(let list): .stringArray(list.prefix(listCount).map { trimmed("\($0)") })
        case .int32Array(let list): .int32Array(Array(list.prefix(listCount)))
        case .int64Array(let list): .int64Array(Array(list.prefix(listCount)))
        case .doubleArray(let list): .doubleArray(Array(list.prefix(listCount)))
        case .boolArray(let list): .boolArray(Array(list.prefix(listCount)))
        default: value
        }
    }
}
