import Budgeting
import Queueing
import Synchronization
import Timekeeping
import WeirPorts

extension Dispatcher {
    /// The journal has a message's end, or can't write it. One that was not tried and has no end on disk may come back, and counts.
    func ended(
        _ watchers: [@Sendable () -> Void],
        _ completion: (@Sendable (Result<Void, JournalError>) -> Void)?,
        _ unused: UnusedMessage?,
        _ result: Result<JournalReceipt, JournalError>
    ) {
        if let unused, !budgets.isIdle {
            switch result {
            case .success: giveBack(unused)
            case .failure: _ = isVoided(unused)
            }
        }
        completion?(result.map { _ in })
        for watcher in watchers { watcher() }
    }

    /// The journal could not take a message. Whoever made it gives back what it counted: should it have ended before, its end does not.
    func discard(_ id: JobID, _ replaced: Replacement?) {
        update { state, now in
            if !state.discard(id, replaced, at: now), !budgets.isIdle { state.voided.insert(id) }
        }
    }

    /// Whether the journal never took it. Its end is answered once.
    private func isVoided(_ message: UnusedMessage) -> Bool {
        state.withLock { !$0.voided.isEmpty && $0.voided.remove(message.id) != nil }
    }

    /// A message ended before WeChat was asked: its client has it back. Only what was made today is in a budget.
    func giveBack(_ message: UnusedMessage) {
        guard !budgets.isIdle, !isVoided(message),
            ChinaTime.dayNumber(of: message.madeAt) == ChinaTime.dayNumber(of: time.timestamp())
        else { return }
        guard let client = message.client else { return givingBack.add(message) }
        budgets.giveBack(message.charge(of: client))
    }
}
