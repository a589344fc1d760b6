/// What an attempt needs of a message: its body, and the trace that it belongs to.
public struct StoredBody: Equatable, Sendable {
    public var bytes: [UInt8]
    /// As in `MessageRecord.traceparent`.
    public var traceparent: String

    public init(bytes: [UInt8], traceparent: String) {
        self.bytes = bytes
        self.traceparent = traceparent
    }
}
