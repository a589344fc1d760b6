import Budgeting
import Dispatching
import Synchronization
import Timekeeping

/// A relayed call on its way: what it took along, and whether its caller is still there. By reference, as its caller waits for it.
final class SentCall: Sendable {
    /// A template send that can be told from its repeat.
    struct Identity: Sendable {
        var id: String
        /// Where the id is Weir's own: what the caller's repeat would be known by. Costs a hash, so only made when needed.
        var key: @Sendable () -> RepeatMemory.Key
    }

    let inquiry: RelayInquiry
    let passage: RelayPassage
    let content: RelayContent
    let identified: Identity?
    /// Of its client's budgets; `nil` where none counts it.
    let charge: BudgetCharge?
    let began: Instant
    /// How long it took to let it in: from the request's head until its body was asked for.
    let admission: Duration
    private let hasCallerLeft = Atomic(false)

    init(
        _ inquiry: RelayInquiry,
        _ passage: RelayPassage,
        _ sent: (content: RelayContent, identified: Identity?),
        _ charge: BudgetCharge?,
        at began: Instant,
        admission: Duration
    ) {
        self.inquiry = inquiry
        self.passage = passage
        content = sent.content
        identified = sent.identified
        self.charge = charge
        self.began = began
        self.admission = admission
    }

    /// The caller hung up.
    func abandon() {
        hasCallerLeft.store(true, ordering: .releasing)
    }

    var isAbandoned: Bool { hasCallerLeft.load(ordering: .acquiring) }
}
