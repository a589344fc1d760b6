import WeirPorts

/// A request on its way through the transport.
struct Call {
    typealias Completion = @Sendable (Result<UpstreamReply, TransportFailure>) -> Void

    /// By which other threads speak of it; never 0.
    var number: UInt64
    var request: UpstreamRequest
    var url: String
    var completion: Completion
    var handedOver: ContinuousClock.Instant

    var deadline: ContinuousClock.Instant {
        handedOver.advanced(by: request.timeout)
    }
}
