/// Spans of one request.
struct SpanBatch: Equatable, Sendable {
    /// Tells an answer to this sending of it from a late one to another.
    var number: UInt64
    var spans: [SpanRecord]
}
