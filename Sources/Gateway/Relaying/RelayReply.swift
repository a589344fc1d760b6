public import Resilience
public import WeirPorts

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

    /// The HTTP status: WeChat's, or 200 where Weir answers with an errcode.
    public var status: Int
    /// Those of WeChat's that are passed on, or Weir's own, in order.
    public var headers: [HeaderField]
    /// WeChat's bytes with real tokens cut out, or Weir's own JSON.
    public var body: [UInt8]
    /// The api's label, for metrics.
    public var api: String
    /// The refusal, where Weir answered in WeChat's place.
    public var refusal: RelayRefusal?
    /// Whether the caller hung up before a byte of the call had left.
    var wasNeverSent = false
    /// Whether the call brought a token that is not Weir's.
    public var isForeign = false
    /// What becomes of the caller's connection after this.
    public var connection = Connection.stays
    /// What a large body takes of the memory that all replies share.
    public var hold: ByteHold?

    /// The caller's connection stays, unless `connection` is set.
    public init(status: Int, headers: [HeaderField], body: [UInt8], api: String, refusal: RelayRefusal? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.api = api
        self.refusal = refusal
    }
}

/// Weir's own answers on the relay: errcodes that WeChat does not use, over HTTP 200, because the SDKs read nothing else.
///
/// Every one but `outcomeUnknown` means that WeChat did not take the call.
public enum RelayRefusal: Int, CaseIterable, Sendable {
    case rateLimited = 990_001
    case breakerOpen = 990_002
    /// Bytes left Weir and no answer came.
    case outcomeUnknown = 990_003
    /// Credentials need an operator, or an operator paused the app.
    case appUnavailable = 990_004
    case quotaExhausted = 990_005
    case unknownClient = 990_006
    /// Reserved for recipients that are known not to want messages.
    case recipientSuppressed = 990_007
    case requestTooLarge = 990_008
    /// No byte was sent.
    case unreachable = 990_009
    case overloaded = 990_010
    case notRelayed = 990_011
    /// -1 to the last attempt.
    case busy = 990_012
    /// The client's daily budget is used up.
    case budgetExceeded = 990_013
    /// The recipient has had as many messages today as may be.
    case recipientCapped = 990_014
}
