import Queueing
import Resilience
import Timekeeping

/// Decides what becomes of each notification: sent as it is, folded into the sink's one waiting summary, or nothing, because it was
/// stored before. A value that reads no clock.
struct AlertMachine: Equatable, Sendable {
    /// The summary that waits for a sink's bucket.
    struct Pending: Equatable, Sendable {
        var tally: AlertTally
        /// When the bucket will have a permit for it.
        var due: Moment
        /// The message that waits for each recipient.
        var messages: [String: JobID] = [:]
    }

    struct Sink: Equatable, Sendable {
        var bucket: TokenBucket
        var pending: Pending?
    }

    private(set) var sinks: [String: Sink]

    init(_ configuration: AlertConfiguration, at now: Instant) {
        sinks = configuration.sinks.mapValues { Sink(bucket: TokenBucket($0.rate, at: now)) }
    }

    /// Decides about a notification of which `recipients` have nothing yet.
    ///
    /// - Parameter isHeldUp: Whether the sink's summary still waits though it may be due: for a breaker, a pause, an outage. Then it goes
    ///   on taking what comes, so that no flood piles up behind it.
    mutating func decide(
        _ notification: AlertNotification,
        recipients: [String],
        isHeldUp: Bool = false,
        at now: Moment
    ) -> AlertDecision {
        guard !recipients.isEmpty else { return .duplicate }
        guard var sink = sinks[notification.sink] else { return .unknownSink }
        defer { sinks[notification.sink] = sink }
        if !isHeldUp { sink.release(at: now.instant) }
        if var pending = sink.pending {
            pending.tally.add(notification)
            sink.pending = pending
            return .fold(pending.tally, due: pending.due.timestamp, replacing: pending.messages)
        }
        guard case .wait(let wait) = sink.bucket.take(at: now.instant) else { return .send }
        var tally = AlertTally()
        tally.add(notification)
        let due = Moment(instant: now.instant + wait, timestamp: now.timestamp + wait)
        sink.pending = Pending(tally: tally, due: due)
        return .fold(tally, due: due.timestamp, replacing: [:])
    }

    /// The summary for a recipient is on disk: it is the one that the next is to replace.
    mutating func stored(_ id: JobID, sink: String, recipient: String) {
        sinks[sink]?.pending?.messages[recipient] = id
    }

    /// Nothing of a decision could be stored: as if it had not been made.
    mutating func undo(_ sink: String, to earlier: Sink?) {
        sinks[sink] = earlier
    }

    /// Takes over new rates; sinks that are new begin with a full bucket.
    mutating func update(_ configuration: AlertConfiguration, at now: Instant) {
        var next: [String: Sink] = [:]
        for (name, sink) in configuration.sinks {
            var state = sinks[name] ?? Sink(bucket: TokenBucket(sink.rate, at: now))
            if state.bucket.limit != sink.rate { state.bucket.update(sink.rate, at: now) }
            next[name] = state
        }
        sinks = next
    }
}

extension AlertMachine.Sink {
    /// A summary whose time has come has taken its permit and is on its way.
    fileprivate mutating func release(at now: Instant) {
        guard let pending, pending.due.instant <= now else { return }
        // At its own time: what was refilled since is there for others.
        _ = bucket.take(at: pending.due.instant)
        self.pending = nil
    }
}
