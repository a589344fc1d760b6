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

    var isFailure: Bool {
        status?.code == .error
    }
}
