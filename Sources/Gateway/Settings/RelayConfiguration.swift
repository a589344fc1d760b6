/// How relayed calls are treated.
public struct RelayConfiguration: Equatable, Sendable {
    /// What becomes of a relayed call whose access_token is not Weir's.
    public enum ForeignTokens: String, CaseIterable, Sendable {
        /// A token that is not Weir's goes to WeChat as it came.
        case pass
        /// It is answered with 990006.
        case refuse
    }

    /// Whose numbers Weir's own refusals have.
    public enum ErrorCodes: String, CaseIterable, Sendable {
        /// Weir's own, which no SDK takes for WeChat's.
        case weir
        /// WeChat's where a refusal means the same: 45009 for a used up daily quota, 45011 for a rate.
        case wechat
    }

    /// What becomes of calls whose access_token is not Weir's.
    public var foreignTokens = ForeignTokens.pass
    /// How long a relayed call may take when its caller does not say.
    public var timeout = Duration.milliseconds(4500)
    /// How refusals are numbered, for clients that do not say.
    public var errorCodes = ErrorCodes.weir
    /// The same for `/cgi-bin/media/**`, `/cgi-bin/material/**` and every upload.
    public var mediaTimeout = Duration.seconds(60)
    /// Relayed calls that may wait at once.
    public var maxWaiting = 10_000
    /// Bytes of bodies that may wait at once.
    public var maxWaitingBytes = 64 << 20

    /// Foreign tokens are passed, refusals have Weir's numbers, and a call may take 4.5 s, an upload 60 s.
    public init() {}
}
