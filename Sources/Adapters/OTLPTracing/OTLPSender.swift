/// The way to a collector.
public protocol OTLPSender: Sendable {
    /// Sends one request and returns at once. There is at most one under way.
    ///
    /// - Parameter completion: called once, on any thread, not later than the request's timeout. The exporter waits for
    ///   it before it sends the next batch.
    func send(_ request: OTLPRequest, completion: @escaping @Sendable (OTLPReply) -> Void)
}
