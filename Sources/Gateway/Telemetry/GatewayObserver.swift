package import Dispatching
package import RequestTracing
import Synchronization
public import Timekeeping
import WeChat

/// Turns what the dispatcher does into metrics, spans and log lines.
package final class GatewayObserver: DispatchObserver {
    private let metrics: GatewayMetrics
    private let traces: GatewayTraces
    private let log: RequestLog
    private let events: EventLog

    package init(
        metrics: GatewayMetrics,
        traces: GatewayTraces,
        log: RequestLog,
        events: EventLog
    ) {
        self.metrics = metrics
        self.traces = traces
        self.log = log
        self.events = events
    }

    package func attemptLeaves(_ start: AttemptStart) -> (any AttemptTrace)? {
        metrics.left(start)
        return traces.begin(start)
    }

    package func observe(_ event: DispatchEvent) {
        switch event {
        case .gateMade(let gate): metrics.registerGate(gate)
        case .attemptEnded(let end): ended(end)
        case .limiterRefused(let gate): metrics.limiterRejected(gate)
        case .breakerMoved(let transition, let breaker, _): metrics.moved(transition, breaker: breaker)
        case .messageEnded(let end): ended(end)
        case .receiptsFound(let news): metrics.receipts(news)
        case .token(let report, let app): metrics.token(report, app: app)
        case .tokenRequested(let fetch, let app): traces.tokenRequested(fetch, app: app)
        case .stopped, .hostMoved, .ledgerNotWritten, .ledgerFull, .ledgerRead: break
        }
        events.observe(event)
    }

    // MARK: Attempts and messages

    private func ended(_ end: AttemptEnd) {
        metrics.ended(end, traceID: traces.end(end))
    }

    private func ended(_ end: MessageEnd) {
        let isTraced = end.last?.trace != nil
        metrics.ended(end, traceID: isTraced ? TraceContext.sampledTraceID(of: end.traceparent) : nil)
        log.write(end)
    }
}

/// Lets each piece of news through once a minute: for what happens with every call while something is wrong.
public final class NewsFilter: Sendable {
    /// Pieces of news that are remembered; with one more all are forgotten, and told again.
    static let limit = 1000
    private static let interval = Duration.seconds(60)

    private let told = Mutex<[String: Instant]>([:])

    /// Nothing has been told yet.
    public init() {}

    /// Whether `news` was not let through within the last minute.
    public func isNews(_ news: String, at now: Instant) -> Bool {
        told.withLock { told in
            if let last = told[news], now - last < NewsFilter.interval { return false }
            if told.count >= NewsFilter.limit { told = [:] }
            told[news] = now
            return true
        }
    }
}
