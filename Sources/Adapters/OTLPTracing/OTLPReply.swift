/// What became of a request.
public enum OTLPReply: Equatable, Sendable {
    /// The collector answered. `retryAfter` is its `Retry-After` in seconds, if it sent one; of the body the first
    /// 64 KiB are enough.
    case answered(status: Int, retryAfter: Duration?, body: [UInt8])
    /// No answer: no connection, a broken one, or no time left.
    case failed
}
