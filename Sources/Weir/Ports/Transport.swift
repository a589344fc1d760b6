/// The way to the upstream.
public protocol Transport: Sendable {
    /// Sends `request` once, never repeating it by itself, and calls `completion` exactly once: on a thread of the
    /// transport's own, where it must not block. Never calls it before `send` has returned.
    func send(
        _ request: UpstreamRequest,
        completion: @escaping @Sendable (Result<UpstreamReply, TransportFailure>) -> Void
    )
}
