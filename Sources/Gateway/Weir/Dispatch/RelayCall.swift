import Queueing
import Timekeeping
import WeChat

/// A relayed call on its way through the queue: what is sent, and whom to tell.
struct RelayCall: Sendable {
    var method: String
    /// Path and query up to where the token goes, or all of it when no token of ours is used.
    var targetPrefix: String
    /// The query behind the token.
    var targetSuffix: String
    /// Whether the app's real token stands between prefix and suffix. When not, WeChat's word about tokens concerns the caller alone.
    var usesToken: Bool
    var headers: [HeaderField]
    var body: [UInt8]?
    /// In place of `body`: it goes on as it comes, so there is one attempt at the most.
    var stream: (any StreamedBody)?
    var app: Int
    var api: APIDescriptor
    var deadline: Instant
    /// Whether a repeat does no harm, or is recognised by WeChat.
    var isRepeatable: Bool
    /// The caller's label, by which the room for waiting calls is shared.
    var client = ""
    /// The path that is called, in its plainest spelling.
    var path = ""
    /// Whether WeChat's word about tokens, accounts and quotas concerns the app; `nil`: where the app's token is used.
    var concernsApp: Bool?
    /// Where its attempts belong.
    var trail = Trail()
    /// What the attempts so far brought.
    var last: LastAttempt?
    /// Whether an attempt is in flight, so that it takes no room among those that wait.
    var isUnderWay = false
    /// Takes back the attempt in flight.
    var cancelSignal: CancelSignal?
    /// Called once, outside of every lock.
    var completion: @Sendable (RelayEnd) -> Void

    struct LastAttempt: Sendable {
        var classification: Classification
        var reply: UpstreamReply?
        var failure: TransportFailure?
        /// The token that was used, to be cut out of the reply.
        var token: AccessToken?
        /// Of the app whose token was used, for the tokens of earlier calls.
        var keeper: TokenKeeper?
        /// An earlier attempt's outcome is not known.
        var isAmbiguous = false

        /// Whether WeChat may have taken the call although no answer of its says so.
        var leavesDoubt: Bool {
            classification.outcome == .unknown || isAmbiguous && classification.outcome != .accepted
        }
    }
}
