public import Resilience

/// What the caller of the relay gets.
public struct RelayReply: Sendable {
    /// What becomes of the caller's connection.
    public enum Connection: Sendable {
        case stays
        /// It closes behind the answer: the rest of the body is not read.
        case closes
        /// It closes without an answer: the caller is gone.
        case aborts
    }

    public var status: Int
    public var headers: [HeaderField]
    public var body: [UInt8]
    /// The api's label, for metrics.
    public var api: String
    /// The refusal, where Weir answered in WeChat's place.
    public var refusal: RelayRefusal?
    public var connection = Connection.stays
    /// What a large body takes of the memory that all replies share.
    public var hold: ByteHold?

    public init(status: Int, headers: [HeaderField], body: [UInt8], api: String, refusal: RelayRefusal? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.api = api
        self.refusal = refusal
    }
}
