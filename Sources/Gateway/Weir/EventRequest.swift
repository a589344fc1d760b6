import Eventing

/// A signed event as it came in.
///
/// The body is not asked for before it is known that there is a signature.
public struct EventRequest: Sendable {
    /// `X-Weir-Client`: the client's name.
    public var client: String?
    /// `X-Weir-Timestamp`: the sender's time in seconds since 1970.
    public var timestamp: String?
    /// `X-Weir-Signature`: `v1=` and the hex digits of the HMAC-SHA256 of timestamp, dot and body.
    public var signature: String?
    /// `Content-Type`: how the body is written.
    public var contentType: String?
    /// Whether its body has a content coding: such a one is refused.
    public var isCoded = false
    /// How long to wait for the message's end; `nil` for not at all.
    public var wait: Duration?
    /// What is known of the request.
    public var trace: RequestTrace
    /// Reads the whole body, which may have at most that many bytes. Used once, or not at all.
    public var body: @Sendable (Int) async throws(RelayBodyError) -> [UInt8]

    /// An event without any header: set those that it has.
    public init(trace: RequestTrace, body: @escaping @Sendable (Int) async throws(RelayBodyError) -> [UInt8]) {
        self.trace = trace
        self.body = body
    }

    func read() async throws(MessageRefusal) -> EventSubmission {
        guard let signature = EventSignature(client: client, timestamp: timestamp, signature: signature) else {
            throw MessageRefusal(
                .unauthorized,
                "an event needs the headers X-Weir-Client, X-Weir-Timestamp and X-Weir-Signature",
                field: "X-Weir-Signature"
            )
        }
        guard !isCoded else { throw .codedBody }
        let limit = SignedEvent.limit
        do {
            return EventSubmission(signature: signature, contentType: contentType, body: try await body(limit))
        } catch {
            throw MessageRefusal(error, tooLarge: "an event may have \(limit >> 10) KiB, this one has more")
        }
    }
}
