import Queueing
import Resilience
import Timekeeping

/// Decides what becomes of each notification: sent as it is, folded into the sink's one waiting summary, or nothing, because it was
/// stored before. A value that reads no clock.
struct AlertMachine: Equatable, Sendable {
    /// The summary that waits for a sink's bucket.
    struct Pending: Equatable, Sendable {
        var tally: AlertTally
        /// When the bucket will have a permit for it. What the wall clock will show then is not known before: it may be set.
        var due: Instant
        /// The message that waits for each recipient.
        var messages: [String: JobID] = [:]
        /// Notifications that are counted in the tally, by their digests, and the recipients for whom that could not be stored.
        var unfinished: [[UInt8]: Set<String>] = [:]
    }

    struct Sink: Equatable, Sendable {
        var bucket: TokenBucket
        var pending: Pending?
    }

    /// Notifications of which is remembered that they were counted though not stored for everybody.
    static let unfinishedLimit = 1000

    private(set) var sinks: [String: Sink]
    /// Each sink as it was before the last decision about it.
    private var earlier: [String: Sink] = [:]

    init(_ configuration: AlertConfiguration, at now: Instant) {
        sinks = configuration.sinks.mapValues { Sink(bucket: TokenBucket($0.notificationRate, at: now)) }
    }

    /// Decides about a notification of which `recipients` have nothing yet.
    ///
    /// - Parameters:
    ///   - isHeldUp: Whether the sink's summary still waits though it may be due: for a breaker, a pause, an outage. Then it goes on
    ///     taking what comes, so that no flood piles up behind it.
    ///   - isBehind: Whether earlier notifications of the sink wait to be sent. Then this one goes into a summary that may leave with
    ///     them, for the same reason.
    mutating func decide(
        _ notification: AlertNotification,
        recipients: [String],
        isHeldUp: Bool = false,
        isBehind: Bool = false,
        at now: Moment
    ) -> AlertDecision {
        guard !recipients.isEmpty else { return .duplicate }
        guard var sink = sinks[notification.sink] else { return .unknownSink }
        earlier[notification.sink] = sink
        defer { sinks[notification.sink] = sink }
        if !isHeldUp { sink.release(at: now.instant) }
        if sink.pending == nil {
            let wait = sink.bucket.wait(at: now.instant)
            if wait == .zero, !isBehind, case .granted = sink.bucket.take(at: now.instant) { return .send }
            sink.pending = Pending(tally: AlertTally(), due: now.instant + wait)
        }
        guard var pending = sink.pending else { return .unknownSink }
        pending.count(notification, for: recipients)
        sink.pending = pending
        let due = now.timestamp + (pending.due - now.instant)
        return .fold(pending.tally, due: due, replacing: pending.messages)
    }

    /// The summary for a recipient is on disk: it is the one that the next is to replace.
    mutating func stored(_ id: JobID, sink: String, recipient: String) {
        sinks[sink]?.pending?.messages[recipient] = id
    }

    /// A summary is on disk for some, and not for these: what brings it to them is not to be counted again.
    mutating func unfinished(_ digest: [UInt8], sink: String, recipients: [String]) {
        guard let pending = sinks[sink]?.pending, pending.unfinished.count < AlertMachine.unfinishedLimit else {
            return
        }
        sinks[sink]?.pending?.unfinished[digest] = Set(recipients)
    }

    /// Nothing of the last decision about a sink could be stored: as if it had not been made.
    mutating func undo(_ sink: String) {
        guard let before = earlier.removeValue(forKey: sink), sinks[sink] != nil else { return }
        sinks[sink] = before
    }

    /// Takes over new rates; sinks that are new begin with a full bucket.
    mutating func update(_ configuration: AlertConfiguration, at now: Instant) {
        sinks = configuration.sinks.reduce(into: [:]) { next, sink in
            let rate = sink.value.notificationRate
            next[sink.key] = (sinks[sink.key] ?? Sink(bucket: TokenBucket(rate, at: now))).limited(to: rate, at: now)
        }
        earlier = configuration.sinks.reduce(into: [:]) { next, sink in
            next[sink.key] = earlier[sink.key]?.limited(to: sink.value.notificationRate, at: now)
        }
    }
}

extension AlertMachine.Sink {
    /// The same with a rate that may be another.
    fileprivate func limited(to rate: RateLimit, at now: Instant) -> AlertMachine.Sink {
        guard bucket.limit != rate else { return self }
        var sink = self
        sink.bucket.update(rate, at: now)
        return sink
    }

    /// A summary whose time has come has taken its permit and is on its way.
    fileprivate mutating func release(at now: Instant) {
        guard let pending, pending.due <= now else { return }
        // At its own time: what was refilled since is there for others.
        _ = bucket.take(at: pending.due)
        self.pending = nil
    }
}

extension AlertMachine.Pending {
    /// Counts a notification, but for the rest of one that is counted already.
    fileprivate mutating func count(_ notification: AlertNotification, for recipients: [String]) {
        let known = unfinished.isEmpty ? nil : unfinished.removeValue(forKey: notification.digest)
        if known != Set(recipients) { tally.add(notification) }
    }
}

/// What becomes of a notification.
enum AlertDecision: Equatable, Sendable {
    /// It goes out as a message of its own.
    case send
    /// It goes out in a summary, when the sink's bucket allows. The summary takes the place of the messages that are named here by
    /// their recipients.
    case fold(AlertTally, due: Timestamp, replacing: [String: JobID])
    /// All recipients have it.
    case duplicate
    /// The configuration has no such sink any more.
    case unknownSink
}

/// Somebody who is to get a notification.
struct AlertRecipient: Equatable, Sendable {
    /// An openid; empty for a robot.
    var name: String
    /// The idempotency key of the message that is stored for them.
    var key: String
}
