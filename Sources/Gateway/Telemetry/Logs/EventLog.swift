import Dispatching
package import Logging
import Resilience
import Synchronization
package import Timekeeping
import WeChat
import WeirPorts

/// Log lines about what goes on at WeChat's side and in the journal: one where something begins, one where it is over. What happens with
/// every call while something is wrong is told once, and counted.
package final class EventLog: Sendable {
    struct State {
        var reach = ReachWatch()
        var tokens = TroubleWatch()
        var journal = TroubleWatch()
    }

    let logger: Logger
    let time: any TimeSource
    let state = Mutex(State())
    /// Whether there is a trouble whose end an answer may be: looked at with each answer, and so without a lock.
    let isReachTroubled = Atomic(false)
    let isJournalTroubled = Atomic(false)
    /// For what happens with every call while something is wrong.
    let news = NewsFilter()

    package init(logger: Logger, time: any TimeSource) {
        self.logger = logger
        self.time = time
    }

    func observe(_ event: DispatchEvent) {
        switch event {
        case .attemptEnded(let end): ended(end)
        case .breakerMoved(let transition, let breaker, let who): moved(transition, breaker, by: who)
        case .hostMoved(let move): moved(move)
        case .stopped(let stop): stopped(stop)
        case .token(let report, let app): token(report, app)
        case .ledgerNotWritten(let error): notWritten(error)
        case .ledgerFull(let refused): ledgerIsFull(refused)
        case .ledgerRead(let facts, let unread): ledgerWasRead(facts, unread)
        case .gateMade, .limiterRefused, .messageEnded, .receiptsFound, .tokenRequested: break
        }
    }

    /// To be called about once a second: tells of what is over.
    package func look() {
        guard isReachTroubled.load(ordering: .relaxed) else { return }
        let now = time.now()
        let ends = state.withLock { state in
            defer { isReachTroubled.store(state.reach.count > 0, ordering: .relaxed) }
            return state.reach.takeEnds(at: now)
        }
        for (key, end) in ends {
            logger.notice(
                "the upstream is reached again",
                metadata: [
                    "app": "\(key.app)", "host": "\(key.host)", "failures": .number(end.failures),
                    "seconds": .seconds(end.lasted),
                ]
            )
        }
    }

    // MARK: Attempts

    private func ended(_ end: AttemptEnd) {
        asked(end.host, end.failure, app: end.gate.app)
        guard end.disposition != nil else { return }
        let result = end.classification
        if result.isIntermediary { reportIntermediary(end.gate) }
        if let code = result.errcode, !ErrorCodeTable.isKnown(code) { reportUnknown(code, result, of: end.gate) }
        switch result.outcome {
        case .account: reportRefusal(result, of: end.gate)
        case .tokenRejected: reportRejection(result, of: end.gate)
        default: break
        }
    }

    /// Something went to a host, and was answered or failed.
    func asked(_ host: String, _ failure: TransportFailure?, app: String) {
        let key = ReachWatch.Key(app: app, host: host)
        guard let failure, failure.kind.isEvidence, !failure.bytesLeft else {
            guard failure == nil, isReachTroubled.load(ordering: .relaxed) else { return }
            return state.withLock { $0.reach.answered(key, at: time.now()) }
        }
        let isNews = state.withLock { state in
            defer { isReachTroubled.store(true, ordering: .relaxed) }
            return state.reach.failed(key, at: time.now())
        }
        guard isNews else { return }
        logger.warning(
            "the upstream can't be reached",
            metadata: [
                "app": "\(app)", "host": "\(host)", "reason": "\(failure.kind.rawValue)",
                "error": "\(failure.detail)",
            ]
        )
    }

    /// Without WeChat's text, which may repeat what the call brought.
    private static func metadata(_ gate: GateName, _ result: Classification) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["app": "\(gate.app)", "api": "\(gate.api)"]
        if let code = result.errcode { metadata["errcode"] = .number(code) }
        if let rid = result.rid { metadata["rid"] = "\(rid)" }
        return metadata
    }

    private func reportRefusal(_ result: Classification, of gate: GateName) {
        // Each call of a refused account brings another.
        let about = "\(gate.app) \(gate.api) \(result.errcode ?? 0)"
        guard news.isNews(about, at: time.now()) else { return }
        logger.error(
            "WeChat refuses the account; an operator must act",
            metadata: EventLog.metadata(gate, result)
        )
    }

    private func reportRejection(_ result: Classification, of gate: GateName) {
        guard news.isNews("\(gate.app) token", at: time.now()) else { return }
        logger.warning(
            "WeChat rejects an access_token",
            metadata: EventLog.metadata(gate, result)
        )
    }

    /// WeChat has a code that the table has not: whoever keeps that should hear of it.
    private func reportUnknown(_ code: Int, _ result: Classification, of gate: GateName) {
        // Robots have codes of their vendors' own.
        if let type = MessageType(api: gate.api), !MessageType.open.contains(type) { return }
        guard news.isNews("\(gate.app) \(gate.api) unknown \(code)", at: time.now()) else { return }
        logger.warning(
            "WeChat answers with an errcode that Weir doesn't know",
            metadata: EventLog.metadata(gate, result)
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

    // MARK: Breakers

    private func moved(_ transition: BreakerTransition, _ breaker: String, by who: String?) {
        var metadata: Logger.Metadata = [
            "breaker": "\(breaker)", "from": "\(transition.from.label)", "to": "\(transition.to.label)",
            "reason": "\(transition.reason.rawValue)",
        ]
        if let openFor = transition.openFor { metadata["open_seconds"] = .seconds(openFor) }
        if transition.reason == .forced { metadata["by"] = "\(who ?? "the program")" }
        logger.notice("a breaker moves", metadata: metadata)
    }
}
