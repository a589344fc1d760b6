public import Tracing

/// A span of a tracer that exports some and asks for what a span says only where it does.
///
/// Whoever gives a gateway such a tracer's spans this protocol saves the making of names and attributes for all others. Spans without it
/// are told everything at once.
public protocol SelectiveSpan: Span {
    /// Whether its trace was chosen at its head.
    var isSampled: Bool { get }

    /// Whether it has ended and is on its way to the collector.
    var isExported: Bool { get }

    /// How its name and attributes are made, should it be exported: at any time and on any thread, perhaps never.
    func describe(_ make: @escaping @Sendable () -> (name: String, attributes: SpanAttributes))

    /// Takes it out: it is not exported, and not held either.
    func discard()
}

extension Span {
    /// Says what the span is about: later, where the tracer leaves that open.
    func tell(_ make: @escaping @Sendable () -> (name: String, attributes: SpanAttributes)) {
        if let selective = self as? any SelectiveSpan { return selective.describe(make) }
        let (name, made) = make()
        operationName = name
        updateAttributes { $0.merge(made) }
    }
}
