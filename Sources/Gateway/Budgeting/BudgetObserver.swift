/// Something that happened to a budget.
package struct BudgetNews: Equatable, Sendable {
    package enum Kind: Sendable {
        /// A call or message was refused because of it.
        case refused
        /// One would have been, were it enforced.
        case wouldRefuse
        /// The soft limit was reached, told once a day.
        case softPassed
        /// Nothing is left of it, told once a day.
        case usedUp
        /// An operator gave it another limit for a time.
        case raised
        /// That time is over.
        case raiseEnded
    }

    package let kind: Kind
    /// How it stands then.
    package let standing: BudgetStanding

    init(_ kind: Kind, _ standing: BudgetStanding) {
        self.kind = kind
        self.standing = standing
    }
}

/// Who is told of budgets: metrics and logs. Called outside of every lock.
package protocol BudgetObserver: Sendable {
    func observe(_ news: BudgetNews)
}
