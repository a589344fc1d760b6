/// How relayed calls are treated.
public struct RelayConfiguration: Equatable, Sendable {
    public enum ForeignTokens: String, CaseIterable, Sendable {
        /// A token that is not Weir's goes to WeChat as it came.
        case pass
        /// It is answered with 990006.
        case refuse
    }

    public var foreignTokens = ForeignTokens.pass
    /// How long a relayed call may take when its caller does not say.
    public var timeout = Duration.milliseconds(4500)
    /// The same for `/cgi-bin/media/**` and `/cgi-bin/material/**`.
    public var mediaTimeout = Duration.seconds(60)
    /// Relayed calls that may wait at once.
    public var maxWaiting = 10_000
    /// Bytes of bodies that may wait at once.
    public var maxWaitingBytes = 64 << 20

    public init() {}
}
