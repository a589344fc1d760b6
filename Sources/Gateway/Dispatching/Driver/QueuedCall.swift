import Timekeeping
package import WeChat
package import WeirPorts

/// A relayed call that waits or is under way, and how far it has come.
struct QueuedCall: Sendable {
    let call: RelayCall
    /// Where its next attempt belongs.
    var trail: Trail
    /// What the attempts so far brought.
    var last: LastAttempt?
    /// Whether an attempt is in flight, so that it takes no room among those that wait.
    var isUnderWay = false
    /// Takes back the attempt in flight.
    var cancelSignal: CancelSignal?

    init(_ call: RelayCall) {
        self.call = call
        trail = call.trail
    }
}

/// What the latest attempt of a relayed call brought.
package struct LastAttempt: Sendable {
    package var classification: Classification
    package var reply: UpstreamReply?
    package var failure: TransportFailure?
    /// The token that was used, to be cut out of the reply.
    package var token: AccessToken?
    /// Of the app whose token was used, for the tokens of earlier calls.
    package var keeper: TokenKeeper?
    /// An earlier attempt's outcome is not known.
    package var isAmbiguous = false

    /// Whether WeChat may have taken the call although no answer of its says so.
    package var leavesDoubt: Bool {
        classification.outcome == .unknown || isAmbiguous && classification.outcome != .accepted
    }
}
