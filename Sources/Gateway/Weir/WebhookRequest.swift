/// A webhook of Alertmanager's as it came in.
///
/// The body is not asked for before it is known that the caller may post it and that there is room for it.
public struct WebhookRequest: Sendable {
    /// Of `Authorization: Bearer`.
    public var key: String?
    /// Whether it came from this machine, and through no proxy.
    public var isDirectLoopback: Bool
    /// Whether its body has a content coding: such a one is refused.
    public var isCoded: Bool
    /// What is known of the request.
    public var trace: RequestTrace
    /// Reads the whole body, which may have at most that many bytes. Used once, or not at all.
    public var body: @Sendable (Int) async throws(RelayBodyError) -> [UInt8]

    /// A webhook whose body is yet to be read.
    public init(
        key: String?,
        isDirectLoopback: Bool,
        isCoded: Bool = false,
        trace: RequestTrace,
        body: @escaping @Sendable (Int) async throws(RelayBodyError) -> [UInt8]
    ) {
        self.key = key
        self.isDirectLoopback = isDirectLoopback
        self.isCoded = isCoded
        self.trace = trace
        self.body = body
    }

    /// Bytes of a webhook: a group of 5,000 alerts has about 4 MB.
    static let bodyLimit = 16 << 20

    func read() async throws(MessageRefusal) -> [UInt8] {
        guard !isCoded else { throw .codedBody }
        let limit = WebhookRequest.bodyLimit
        do { return try await body(limit) } catch {
            throw MessageRefusal(error, tooLarge: "the body is over \(limit >> 20) MiB: group_by more labels")
        }
    }
}
