import Dispatching
import Explaining
import Logging
import Synchronization
import Timekeeping
import WeChat
package import WeirPorts

extension EventLog {
    // MARK: Holds and parks

    func stopped(_ stop: StopNews) {
        var metadata: Logger.Metadata = ["app": "\(stop.app)", "reason": "\(stop.reason.rawValue)"]
        if let api = stop.api { metadata["api"] = "\(api)" }
        if let errcode = stop.errcode { metadata["errcode"] = .number(errcode) }
        if stop.isOver {
            metadata["seconds"] = .seconds(max(.zero, time.timestamp() - stop.since))
        } else {
            metadata["until"] = "\(stop.until.rfc3339)"
            let outcome: Outcome = stop.reason == .tokenRejected ? .tokenRejected : .account
            if stop.kind == .held, let advice = ExplanationAdvice.sentence(outcome, errcode: stop.errcode) {
                metadata["advice"] = "\(advice)"
            }
        }
        switch (stop.kind, stop.isOver) {
        case (.held, false): logger.error("work is held: WeChat refuses it until an operator acts", metadata: metadata)
        case (.held, true): logger.notice("work is held no more", metadata: metadata)
        case (.parked, false): logger.warning("a lane is parked: WeChat's quota or rate is used up", metadata: metadata)
        case (.parked, true): logger.notice("a lane is parked no more", metadata: metadata)
        }
    }

    // MARK: Hosts

    /// Where thousands of apps have the same hosts, one of them is named a minute.
    func moved(_ move: HostMove) {
        guard news.isNews("\(move.from) \(move.to)", at: time.now()) else { return }
        let metadata: Logger.Metadata = [
            "app": "\(move.app)", "group": "\(move.group)", "from": "\(move.from)", "to": "\(move.to)",
        ]
        if move.isReturn {
            logger.notice("calls go to the preferred host again", metadata: metadata)
        } else {
            logger.warning("calls go to another host: theirs can't be reached or fails", metadata: metadata)
        }
    }

    // MARK: Tokens

    func token(_ report: TokenReport, _ app: String) {
        switch report {
        case .fetched: fetched(app)
        case .notFetched(let classification, _): notFetched(classification, app)
        case .asked(let host, let failure): asked(host, failure, app: app)
        // Told with the attempt that it was rejected in.
        case .rejected: break
        case .superseded(let isExpected):
            logger.warning(
                "an access_token was replaced before its end",
                metadata: ["app": "\(app)", "by": isExpected ? "new_secret" : "rival"]
            )
        case .confirmed:
            guard news.isNews("\(app) confirmed", at: time.now()) else { return }
            logger.warning("WeChat calls an access_token current that it has rejected", metadata: ["app": "\(app)"])
        }
    }

    private func fetched(_ app: String) {
        guard let sum = state.withLock({ $0.tokens.worked(app, at: time.now()) }) else { return }
        logger.notice(
            "access_token is fetched again",
            metadata: ["app": "\(app)", "failures": .number(sum.failures), "seconds": .seconds(sum.lasted)]
        )
    }

    private func notFetched(_ result: Classification, _ app: String) {
        let reason = result.errcode.map { "\($0)" } ?? result.outcome.rawValue
        guard let sum = state.withLock({ $0.tokens.failed(app, because: reason, at: time.now()) }) else { return }
        var metadata: Logger.Metadata = ["app": "\(app)", "outcome": "\(result.outcome.rawValue)"]
        if let code = result.errcode { metadata["errcode"] = .number(code) }
        if let text = result.errmsg { metadata["errmsg"] = "\(text)" }
        if let rid = result.rid { metadata["rid"] = "\(rid)" }
        metadata["failures"] = .number(sum.failures)
        // What time does not mend an operator must.
        guard case .fault = TokenFailure(result) else {
            return logger.warning("access_token could not be fetched", metadata: metadata)
        }
        logger.error("access_token could not be fetched", metadata: metadata)
    }

    // MARK: The journal

    /// A commit failed or succeeded.
    package func journal(_ failure: JournalError?) {
        guard let failure else {
            guard isJournalTroubled.load(ordering: .relaxed) else { return }
            let sum = state.withLock { state in
                isJournalTroubled.store(false, ordering: .relaxed)
                return state.journal.worked("", at: time.now())
            }
            guard let sum else { return }
            return logger.notice(
                "the journal can be written again",
                metadata: ["failures": .number(sum.failures), "seconds": .seconds(sum.lasted)]
            )
        }
        guard failure != .closed else { return }
        let sum = state.withLock { state in
            isJournalTroubled.store(true, ordering: .relaxed)
            return state.journal.failed("", because: failure.label, at: time.now())
        }
        guard let sum else { return }
        logger.error(
            "the journal can't be written: messages are refused until it can",
            metadata: [
                "reason": "\(failure.label)", "error": "\(failure.message)", "failures": .number(sum.failures),
            ]
        )
    }

    func notWritten(_ error: JournalError) {
        guard error != .closed, news.isNews("ledger", at: time.now()) else { return }
        logger.warning(
            "the journal can't be written: pauses, forced breakers, holds and parks would not outlive the process now",
            metadata: ["error": "\(error.message)"]
        )
    }

    func ledgerIsFull(_ refused: Int) {
        guard news.isNews("full ledger", at: time.now()) else { return }
        logger.error(
            "the ledger is full: new pauses, forced breakers, holds and parks end with the process",
            metadata: ["refused": .number(refused), "entries": .number(LedgerEntry.mostEntries)]
        )
    }

    func ledgerWasRead(_ facts: Int, _ unread: [String]) {
        logger.notice("what was stopped before the restart stays so", metadata: ["decisions": .number(facts)])
        guard !unread.isEmpty else { return }
        let names = unread.prefix(3).map(EventLog.printable).joined(separator: ", ")
        logger.warning(
            "entries of the ledger that this version can't read are left alone",
            metadata: ["entries": .number(unread.count), "such_as": "\(names)"]
        )
    }

    /// A name of nobody knows whom.
    private static func printable(_ name: String) -> String {
        String(name.unicodeScalars.prefix(80).map { 0x20..<0x7F ~= $0.value ? Character($0) : "?" })
    }
}

extension JournalError {
    /// One word for what is wrong.
    fileprivate var label: String {
        switch self {
        case .full: "full"
        case .readOnly: "read_only"
        case .locked: "locked"
        case .corrupt: "corrupt"
        case .notDurable: "not_durable"
        case .failed: "failed"
        case .busy: "busy"
        case .closed: "closed"
        }
    }
}
