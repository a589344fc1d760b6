internal import Tracing

/// A span as it is exported: ended, within its limits, and never changed again.
struct SpanRecord: Equatable, Sendable {
    struct Event: Equatable, Sendable {
        var name: String
        /// Nanoseconds since 1970.
        var time: UInt64
        var attributes: SpanAttributes
        var droppedAttributes = 0
    }

    struct Link: Equatable, Sendable {
        var context: SpanContext
        var attributes: SpanAttributes
        var droppedAttributes = 0
    }

    var context: SpanContext
    var parent: SpanContext?
    var name: String
    var kind: SpanKind
    /// Nanoseconds since 1970.
    var start: UInt64
    /// Nanoseconds since 1970, not before `start`.
    var end: UInt64
    var attributes: SpanAttributes = [:]
    var droppedAttributes = 0
    var events: [Event] = []
    var droppedEvents = 0
    var links: [Link] = []
    var droppedLinks = 0
    var status: SpanStatus?
    /// What is yet to be made of it.
    var details: SpanDetails?

    var isFailure: Bool {
        status?.code == .error
    }
}

extension SpanRecord {
    /// The span with what was left until now.
    func described(within limits: SpanLimits) -> SpanRecord {
        guard let details else { return self }
        var record = self
        let (name, made) = details.make()
        record.name = limits.trimmed(name)
        record.details = nil
        let kept = limits.trimmed(made.merging(attributes), atMost: limits.attributes, keeping: attributes)
        record.attributes = kept.attributes
        record.droppedAttributes += kept.dropped
        return record
    }
}

extension SpanAttributes {
    /// These, with the values of `others` where both have one.
    fileprivate func merging(_ others: SpanAttributes) -> SpanAttributes {
        guard !others.isEmpty else { return self }
        var all = self
        all.merge(others)
        return all
    }
}

/// How a span's name and attributes are made, should anybody want them. Equal only to itself.
final class SpanDetails: Equatable, Sendable {
    let make: @Sendable () -> (name: String, attributes: SpanAttributes)

    init(_ make: @escaping @Sendable () -> (name: String, attributes: SpanAttributes)) {
        self.make = make
    }

    static func == (left: SpanDetails, right: SpanDetails) -> Bool {
        left === right
    }
}
