package import Timekeeping
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
    /// Whether a byte of this attempt, or of one before, may have reached WeChat.
    package var mayHaveArrived = true
    /// Of the call's attempts, from 1.
    package var number = 0
    /// When it ended.
    package var endedAt: Instant?
    /// How long all of the call's attempts were on their way, together.
    package var inFlight = Duration.zero

    /// Whether WeChat may have taken the call although no answer of its says so.
    package var leavesDoubt: Bool {
        classification.outcome == .unknown || isAmbiguous && classification.outcome != .accepted
    }
}

/// What the attempt of a relayed call takes along, gathered when it was decided.
struct Departure: Sendable {
    let call: RelayCall
    /// Where the attempt belongs.
    let trail: Trail
    let runtime: AppRuntime
    /// Where it goes: scheme and authority.
    let origin: String
    let connectTimeout: Duration
    /// Takes the attempt back; `nil` where the call can't be repeated.
    let signal: CancelSignal?

    /// An attempt that leaves later than this after it was decided looks once more whether it may.
    static let patience = Duration.milliseconds(10)
}

/// Where a call's or message's attempts belong: the request that brought it, and the attempt before.
package struct Trail: Sendable {
    /// As in `MessageContent.traceparent`; empty when there is no such request.
    package var traceparent = ""
    /// Of the attempt before, when that was made by this process.
    package var previous: (any AttemptTrace)?
    /// The client of a message, empty where none is configured; `nil` of a call.
    package var client: String?
    /// Since when it has waited for its next attempt, where that is known.
    package var waitingSince: Timestamp?

    package init(traceparent: String = "", previous: (any AttemptTrace)? = nil, waitingSince: Timestamp? = nil) {
        self.traceparent = traceparent
        self.previous = previous
        self.waitingSince = waitingSince
    }
}
