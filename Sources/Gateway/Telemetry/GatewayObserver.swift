package import Dispatching
package import Logging
package import RequestTracing
import Resilience
import Synchronization
public import Timekeeping
import WeChat
import WeirPorts

/// Turns what the dispatcher does into metrics, spans and log lines.
package final class GatewayObserver: DispatchObserver {
    private let metrics: GatewayMetrics
    private let traces: GatewayTraces
    private let log: RequestLog
    private let logger: Logger
    private let time: any TimeSource
    /// For what happens with every call while something is wrong.
    private let news = NewsFilter()

    package init(
        metrics: GatewayMetrics,
        traces: GatewayTraces,
        log: RequestLog,
        logger: Logger,
        time: any TimeSource
    ) {
        self.metrics = metrics
        self.traces = traces
        self.log = log
        self.logger = logger
        self.time = time
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
        case .breakerMoved(let transition, let breaker):
            metrics.moved(transition, breaker: breaker)
            let words = "breaker \(transition.from.label) → \(transition.to.label)"
            logger.notice("\(words)", metadata: ["breaker": "\(breaker)"])
        case .messageEnded(let end): ended(end)
        case .token(let report, let app):
            metrics.token(report, app: app)
            if case .notFetched(let classification) = report { warn(classification, app: app) }
        case .ledgerNotWritten(let error): warn(error)
        case .ledgerFull(let refused): ledgerIsFull(refused)
        case .ledgerRead(let facts, let unread): ledgerWasRead(facts, unread)
        }
    }

    // MARK: Attempts and messages

    private func ended(_ end: AttemptEnd) {
        let result = end.classification
        let traceID = TraceContext.exportedTraceID(
            of: end.traceparent,
            isTraced: end.trace != nil,
            hasFailed: result.outcome != .accepted
        )
        traces.end(end)
        metrics.ended(end, traceID: traceID)
        guard end.disposition != nil else { return }
        if result.isIntermediary { reportIntermediary(end.gate) }
        if result.outcome == .account { reportRefusal(result, of: end.gate) }
    }

    private func ended(_ end: MessageEnd) {
        let traceID = TraceContext.exportedTraceID(
            of: end.traceparent,
            isTraced: end.last?.trace != nil,
            hasFailed: end.last.map { $0.outcome != .accepted } ?? false
        )
        metrics.ended(end, traceID: traceID)
        log.write(end, at: time.now())
    }

    private func reportRefusal(_ result: Classification, of gate: GateName) {
        // Each call of a refused account brings another.
        let about = "\(gate.app) \(gate.api) \(result.errcode ?? 0)"
        guard news.isNews(about, at: time.now()) else { return }
        logger.error(
            "WeChat refuses the account; an operator must act",
            metadata: [
                "app": "\(gate.app)", "api": "\(gate.api)", "errcode": "\(result.errcode ?? 0)",
                "rid": "\(result.rid ?? "")",
            ]
        )
    }

    /// Between Weir and WeChat stands something that answers in its place.
    private func reportIntermediary(_ gate: GateName) {
        guard news.isNews("\(gate.app) intermediary", at: time.now()) else { return }
        logger.error(
            "an answer without an errcode: a proxy, firewall or portal speaks in WeChat's place; an operator must act",
            metadata: ["app": "\(gate.app)", "api": "\(gate.api)"]
        )
    }

    private func warn(_ classification: Classification, app: String) {
        logger.warning(
            "access_token could not be fetched",
            metadata: [
                "app": "\(app)", "outcome": "\(classification.outcome.rawValue)",
                "errcode": "\(classification.errcode ?? 0)", "errmsg": "\(classification.errmsg ?? "")",
                "rid": "\(classification.rid ?? "")",
            ]
        )
    }

    // MARK: The ledger

    private func warn(_ error: JournalError) {
        guard error != .closed, news.isNews("ledger", at: time.now()) else { return }
        logger.warning(
            "the journal can't be written: pauses, forced breakers, holds and parks would not outlive the process now",
            metadata: ["error": "\(error.message)"]
        )
    }

    private func ledgerIsFull(_ refused: Int) {
        guard news.isNews("full ledger", at: time.now()) else { return }
        logger.error(
            "the ledger is full: new pauses, forced breakers, holds and parks end with the process",
            metadata: ["refused": "\(refused)", "entries": "\(LedgerEntry.mostEntries)"]
        )
    }

    private func ledgerWasRead(_ facts: Int, _ unread: [String]) {
        logger.notice("what was stopped before the restart stays so", metadata: ["decisions": "\(facts)"])
        guard !unread.isEmpty else { return }
        let names = unread.prefix(3).map(GatewayObserver.printable).joined(separator: ", ")
        logger.warning(
            "entries of the ledger that this version can't read are left alone",
            metadata: ["entries": "\(unread.count)", "such_as": "\(names)"]
        )
    }

    /// A name of nobody knows whom.
    private static func printable(_ name: String) -> String {
        String(name.unicodeScalars.prefix(80).map { 0x20..<0x7F ~= $0.value ? Character($0) : "?" })
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
