internal import Timekeeping

/// Decides when spans are sent, sent again and given up. One request is under way at a time.
struct SpanBatcher {
    enum Action: Equatable {
        case send(SpanBatch)
        case report(OTLPReport)
        /// Nothing more will be sent.
        case finish
    }

    private struct Waiting {
        var span: SpanRecord
        var since: Instant
    }

    /// A batch on its way.
    private struct Flight {
        var spans: [SpanRecord]
        /// When it was first sent.
        var since: Instant
        var failures = 0
    }

    private enum Phase {
        case idle
        case sending(Flight)
        case backingOff(Flight, until: Instant)
        case finished
    }

    private let configuration: OTLPConfiguration
    private var phase = Phase.idle
    private var waiting: [Waiting] = []
    /// Of the waiting spans, how many need not wait for others.
    private var hurried = 0
    /// Of the last request.
    private var number: UInt64 = 0
    /// When a shutdown has taken too long.
    private var end: Instant?

    init(_ configuration: OTLPConfiguration) {
        self.configuration = configuration
    }

    var waitingCount: Int { waiting.count }

    /// When to call `tick`; `nil` while only an answer or a new span could change something.
    var wake: Instant? {
        let wake: Instant? =
            switch phase {
            case .idle: waiting.first.map { $0.since + configuration.batchDelay }
            case .backingOff(_, let until): until
            case .sending, .finished: nil
            }
        guard let end, !isFinished else { return wake }
        return min(wake ?? end, end)
    }

    private var isFinished: Bool {
        if case .finished = phase { return true }
        return false
    }

    mutating func add(_ span: SpanRecord, now: Instant) -> [Action] {
        if isFinished { return [.report(.dropped(1, .shutdown))] }
        if waiting.count >= configuration.queueCapacity { return [.report(.dropped(1, .queueFull))] }
        waiting.append(Waiting(span: span, since: now))
        return proceed(now)
    }

    mutating func tick(now: Instant) -> [Action] {
        if let end, now >= end { return giveUp() }
        return proceed(now)
    }

    /// Sends what waits without waiting for more.
    mutating func flush(now: Instant) -> [Action] {
        hurried = waiting.count
        return proceed(now)
    }

    /// Sends what waits, and what is still added meanwhile, then finishes; gives up when the time for it is over.
    mutating func shutDown(now: Instant) -> [Action] {
        guard end == nil else { return [] }
        end = now + configuration.shutdownTimeout
        // There may be no time left for the wait that was meant: try now.
        if case .backingOff(let flight, _) = phase { phase = .backingOff(flight, until: now) }
        return proceed(now)
    }

    /// The reply to the request with that number; one that is not awaited does nothing.
    mutating func receive(
        _ reply: OTLPReply,
        to number: UInt64,
        now: Instant,
        random: inout some RandomNumberGenerator
    ) -> [Action] {
        guard number == self.number, case .sending(var flight) = phase else { return [] }
        let count = flight.spans.count
        switch reply {
        case .answered(200..<300, _, let body):
            let rejected = min(PartialSuccess.rejectedSpans(in: body), count)
            phase = .idle
            return report(count - rejected, rejected: rejected) + proceed(now)
        case .answered(408, let after, _), .answered(429, let after, _), .answered(502...504, let after, _):
            flight.failures += 1
            return retry(flight, after: wait(flight.failures, after, &random), now: now)
        case .answered:
            phase = .idle
            return [.report(.dropped(count, .refused))] + proceed(now)
        case .failed:
            flight.failures += 1
            return retry(flight, after: wait(flight.failures, nil, &random), now: now)
        }
    }

    // MARK: - Steps

    private mutating func proceed(_ now: Instant) -> [Action] {
        switch phase {
        case .idle:
            if isDue(now) { return [send(take(), at: now)] }
            guard end != nil, waiting.isEmpty else { return [] }
            phase = .finished
            return [.finish]
        case .backingOff(let flight, let until):
            return now >= until ? [send(flight, at: now)] : []
        case .sending, .finished:
            return []
        }
    }

    private func isDue(_ now: Instant) -> Bool {
        guard let first = waiting.first else { return false }
        return waiting.count >= configuration.batchSize || hurried > 0 || end != nil
            || first.since + configuration.batchDelay <= now
    }

    private mutating func take() -> [SpanRecord] {
        let count = min(max(configuration.batchSize, 1), waiting.count)
        let spans = waiting.prefix(count).map(\.span)
        waiting.removeFirst(count)
        hurried = max(hurried - count, 0)
        return spans
    }

    private mutating func send(_ spans: [SpanRecord], at now: Instant) -> Action {
        send(Flight(spans: spans, since: now), at: now)
    }

    private mutating func send(_ flight: Flight, at now: Instant) -> Action {
        number += 1
        phase = .sending(flight)
        return .send(SpanBatch(number: number, spans: flight.spans))
    }

    private mutating func retry(_ flight: Flight, after wait: Duration, now: Instant) -> [Action] {
        let until = now + wait
        if let end, until >= end {
            phase = .backingOff(flight, until: until)
            return giveUp()
        }
        if until - flight.since > configuration.retryFor {
            phase = .idle
            return [.report(.dropped(flight.spans.count, .unreachable))] + proceed(now)
        }
        phase = .backingOff(flight, until: until)
        return []
    }

    /// Doubles from the first wait to the longest, a quarter to either side; a collector's own wish goes before.
    private func wait(
        _ failures: Int,
        _ retryAfter: Duration?,
        _ random: inout some RandomNumberGenerator
    ) -> Duration {
        let (base, longest) = (configuration.backoff, configuration.backoffMax)
        if let retryAfter { return min(max(retryAfter, base), configuration.retryAfterMax) }
        let doubled = min(base * (1 << min(failures - 1, 30)), longest)
        let spread = Int.random(in: 750...1250, using: &random)
        return max(min(doubled * spread / 1000, longest), base)
    }

    private mutating func giveUp() -> [Action] {
        guard !isFinished else { return [] }
        var lost = waiting.count
        switch phase {
        case .sending(let flight), .backingOff(let flight, _): lost += flight.spans.count
        case .idle, .finished: break
        }
        waiting = []
        phase = .finished
        return (lost > 0 ? [.report(.dropped(lost, .shutdown))] : []) + [.finish]
    }

    private func report(_ exported: Int, rejected: Int) -> [Action] {
        (exported > 0 ? [.report(.exported(exported))] : [])
            + (rejected > 0 ? [.report(.dropped(rejected, .rejected))] : [])
    }
}

/// Spans of one request.
struct SpanBatch: Equatable, Sendable {
    /// Tells an answer to this sending of it from a late one to another.
    var number: UInt64
    var spans: [SpanRecord]
}
