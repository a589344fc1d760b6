import WeirPorts

/// A request on its way through the transport. By reference: it passes a line, an exchange and callbacks.
final class Call: Sendable {
    typealias Completion = @Sendable (Result<UpstreamReply, TransportFailure>) -> Void

    /// By which other threads speak of it; never 0.
    let number: UInt64
    let request: UpstreamRequest
    let url: String
    let completion: Completion
    let handedOver: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant

    init(
        number: UInt64,
        request: UpstreamRequest,
        url: String,
        completion: @escaping Completion,
        handedOver: ContinuousClock.Instant
    ) {
        self.number = number
        self.request = request
        self.url = url
        self.completion = completion
        self.handedOver = handedOver
        deadline = handedOver.advanced(by: request.timeout)
    }
}
