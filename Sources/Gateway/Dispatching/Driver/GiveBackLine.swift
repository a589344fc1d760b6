import Budgeting
import Queueing
import Synchronization
import Timekeeping
import WeirPorts

/// Gives back what was counted of messages whose client only the disk knows: one after another, so that many that end at once make no
/// crowd of reads.
final class GiveBackLine: Sendable {
    private struct State {
        var waiting: [UnusedMessage] = []
        var isAtWork = false
    }

    /// That wait at most: what is beyond stays counted.
    static let most = 10_000

    private let state = Mutex(State())
    private let journal: any Journal
    private let budgets: BudgetBook
    private let executor: (any TaskExecutor)?

    init(journal: any Journal, budgets: BudgetBook, executor: (any TaskExecutor)?) {
        self.journal = journal
        self.budgets = budgets
        self.executor = executor
    }

    func add(_ message: UnusedMessage) {
        let begins = state.withLock { state in
            guard state.waiting.count < GiveBackLine.most else { return false }
            state.waiting.append(message)
            defer { state.isAtWork = true }
            return !state.isAtWork
        }
        guard begins else { return }
        Task(executorPreference: executor) { [self] in
            while let batch = next() {
                for message in batch { await giveBack(message) }
            }
        }
    }

    private func next() -> [UnusedMessage]? {
        state.withLock { state in
            defer { state.waiting = [] }
            state.isAtWork = !state.waiting.isEmpty
            return state.isAtWork ? state.waiting : nil
        }
    }

    private func giveBack(_ message: UnusedMessage) async {
        guard budgets.mayCount(app: message.app, api: message.api),
            let client = try? await journal.message(message.id)?.message.client
        else { return }
        budgets.giveBack(message.charge(of: client))
    }
}

extension UnusedMessage {
    /// When it was made, which its id tells.
    var madeAt: Timestamp { Timestamp(milliseconds: Int64(id.rawValue >> 20)) }

    /// What was counted when it was made.
    func charge(of client: String) -> BudgetCharge {
        BudgetCharge(client: client, app: app, api: api, at: madeAt)
    }
}
