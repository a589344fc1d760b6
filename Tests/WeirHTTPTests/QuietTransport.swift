import Weir

/// An upstream that never answers.
struct QuietTransport: Transport {
    func send(
        _ request: UpstreamRequest,
        completion: @escaping @Sendable (Result<UpstreamReply, TransportFailure>) -> Void
    ) {}
}
