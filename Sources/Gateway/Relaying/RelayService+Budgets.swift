import Budgeting
import Clients
import Dispatching
import RequestTracing
import Settings
import Timekeeping
import WeChat
import WeirPorts

extension RelayService {
    /// Counts a call in its client's budgets. It is given back where WeChat is not asked in the end.
    ///
    /// A journal that can't be written must not stand in the relay's way: the call goes, and the count is lost with a crash.
    @inline(never)
    func counted(_ inquiry: RelayInquiry, _ passage: RelayPassage) async -> Result<BudgetCharge?, BudgetRefusal> {
        do throws(BudgetRefusal) {
            return .success(
                try await limits.budgets.charge(
                    client: passage.caller.name,
                    app: passage.app.name,
                    api: inquiry.api.label,
                    needsJournal: false
                )
            )
        } catch {
            return .failure(error)
        }
    }

    func overBudget(_ refusal: BudgetRefusal, _ inquiry: RelayInquiry, _ passage: RelayPassage) -> RelayReply {
        account(.caller, passage.caller, app: passage.app.name, inquiry)
        var (why, wait) = ("the client's daily budget is used up", Duration.seconds(1))
        if case .usedUp(let budget) = refusal { (why, wait) = (budget.words, budget.resetsAt - time.timestamp()) }
        var reply = refuse(.budgetExceeded, why, inquiry, wait: wait)
        reply.headers += limitFields(passage.caller, passage.app, inquiry)
        return reply
    }

    /// What a caller is told of the limit that is nearest to it.
    func limitFields(_ caller: Caller, _ app: ConfiguredApp, _ inquiry: RelayInquiry) -> [HeaderField] {
        let client = inquiry.directory.client(caller)
        let nearest = limits.nearest(of: caller, client, app: app.name, api: inquiry.api.label)
        return nearest?.fields.map { HeaderField($0.name, $0.value) } ?? []
    }

    /// Gives back what was counted of a call for which WeChat was not asked.
    func giveBack(_ call: SentCall, after end: RelayEnd) {
        guard let charge = call.charge, !end.mayHaveArrived else { return }
        limits.budgets.giveBack(charge)
    }
}

extension RelayEnd {
    /// Whether WeChat may have had the call, and counted it.
    fileprivate var mayHaveArrived: Bool {
        switch self {
        case .attempted(let last), .refused(_, .some(let last)): last.mayHaveArrived
        case .hungUp(let mayHaveArrived): mayHaveArrived
        case .refused(_, .none), .overloaded: false
        }
    }
}
