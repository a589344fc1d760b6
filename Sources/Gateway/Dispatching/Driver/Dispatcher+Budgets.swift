import Budgeting
import Queueing
import Timekeeping
import WeirPorts

extension Dispatcher {
    /// A message ended before WeChat was asked: its client has it back. It was counted when it was made, which its id tells.
    func giveBack(_ message: UnusedMessage) {
        guard !budgets.isIdle else { return }
        let at = Timestamp(milliseconds: Int64(message.id.rawValue >> 20))
        guard let client = message.client else {
            // It waited on disk alone.
            Task { [journal, budgets] in
                guard let client = try? await journal.message(message.id)?.message.client else { return }
                budgets.giveBack(BudgetCharge(client: client, app: message.app, api: message.api, at: at))
            }
            return
        }
        budgets.giveBack(BudgetCharge(client: client, app: message.app, api: message.api, at: at))
    }
}
