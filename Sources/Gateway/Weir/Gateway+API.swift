import Logging
import Queueing
public import Resilience
import Suppressing
import Synchronization
import Timekeeping
import WeChat

/// What senders ask and change about their messages, and operators about the gateway.
extension Gateway {
    // MARK: Asking and changing

    // A client sees and changes its own messages; `Caller.operator` all of them.

    /// One message of this caller's, with what it waits for now. Throws `notFound` for an id of nobody's or of another
    /// client's.
    public func message(_ id: String, caller: Caller) async throws(MessageRefusal) -> MessageRecord {
        try await messageService.status(id, caller: caller)
    }

    /// A message's life in plain words.
    public func explain(_ id: String, caller: Caller) async throws(MessageRefusal) -> Explanation {
        try await messageService.explain(id, caller: caller)
    }

    /// A page of this caller's messages, newest first. A named client sees its own alone, whatever the filter says.
    public func messages(_ filter: MessageFilter, caller: Caller) async throws(MessageRefusal) -> MessagePage {
        try await messageService.list(filter, caller: caller)
    }

    /// A message that was accepted as it waits now: with why, its place and when its turn will probably come. Reads no disk.
    public func asItWaits(_ record: MessageRecord) -> MessageRecord {
        var record = record
        messageService.annotate(&record)
        return record
    }

    /// Takes back a message that waits. Throws `wrongState` where it has ended, or while an attempt is in flight.
    public func cancel(_ id: String, caller: Caller) async throws(MessageRefusal) -> MessageRecord {
        try await messageService.cancel(id, caller: caller)
    }

    /// Lets a `failed` or `dead` message wait again. With `force` also an `unknown` one, which its recipient may then
    /// see twice. Throws `wrongState` for all others.
    public func redrive(_ id: String, force: Bool, caller: Caller) async throws(MessageRefusal) -> MessageRecord {
        try checkAccepting()
        return try await messageService.redrive(id, force: force, caller: caller)
    }

    /// Redrives up to `filter.limit` messages that match.
    public func redrive(_ filter: MessageFilter, caller: Caller) async throws(MessageRefusal) -> RedriveResult {
        try checkAccepting()
        return try await messageService.redriveAll(filter, caller: caller)
    }

    // MARK: Operators

    /// What the dispatcher is doing.
    public func snapshot() -> DispatchSnapshot {
        dispatcher.snapshot()
    }

    /// The apps' tokens, by app.
    public func tokens() -> [(app: String, status: TokenStatus)] {
        roster.tokens()
    }

    /// The journal's numbers, and why it can't be written if so; waits for no commit.
    public func journalStatus() -> JournalStatus {
        journal.status()
    }

    /// - Parameter who: The operator, for the log.
    /// - Returns: false when there is no breaker of that name.
    public func force(
        _ mode: BreakerMode,
        breaker: String,
        because why: String? = nil,
        by who: String? = nil
    ) -> Bool {
        dispatcher.force(mode, breaker: breaker, because: Cause.words(why), by: who)
    }

    /// - Returns: false when there is no app of that name.
    public func setPaused(_ isPaused: Bool, app: String, because why: String? = nil) -> Bool {
        let why = Cause.words(why)
        let isKnown = live.present.configuration.apps[app] != nil
        guard isKnown, dispatcher.setPaused(isPaused, app: app, because: why) else { return false }
        let metadata: Logger.Metadata = ["app": "\(app)", "reason": "\(why)"]
        guard isPaused else {
            logger.notice("app resumed", metadata: metadata)
            return true
        }
        logger.notice("app paused", metadata: metadata)
        return true
    }

    /// Whether what operators decided before this call outlives the process: it is on disk. Returns when the journal
    /// has answered; false where it can't be written. Then it holds all the same, and is written as soon as the journal
    /// can be.
    public func isDecisionKept() async -> Bool {
        await dispatcher.isWritten()
    }

    /// Takes over what can be changed while running: apps and robots that come, go or change, limits, clients, secrets, classes,
    /// breaker, queue, relay, retention. Listeners and the storage folder stay as they are.
    ///
    /// What waits for an app that goes is kept, and goes on when an app of that name is there again.
    public func reload(_ new: GatewayConfiguration) {
        reloading.withLock { _ in
            // First whatever a request by the new settings will look for: apps, classes, sinks.
            let slots = roster.take(new)
            alertService.reload(new.alerts)
            callbackService.reload(new)
            suppressions.reload(new.suppressionTerms)
            caps.reload(new.caps)
            limits.budgets.reload(new.budgets)
            deliveryService.reload(new.deliveryTerms)
            live.replace(by: LiveSettings(new, slots: slots))
            metrics.configured(new, at: time.timestamp())
        }
    }

    /// A new configuration was refused.
    public func reloadRefused() {
        metrics.reloaded(at: time.timestamp(), succeeded: false)
    }
}
