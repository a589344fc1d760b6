import Timekeeping
import WeirPorts

/// What people were told of holds and parks, so that each is told once when it begins and once when it is over, however often it is
/// renewed in between.
struct StopBook: Sendable {
    /// A park that is over sooner is no news: there may be one each second.
    static let shortestPark = Duration.seconds(10)
    /// As many as the ledger keeps.
    static let limit = LedgerEntry.mostEntries

    /// What may have begun or ended.
    var touched: Set<DispatchLedger.Key> = []
    private var told: [String: LedgerFact] = [:]
    /// No park that was told of is over before this.
    private var nextEnd: Timestamp?

    var count: Int { told.count }

    /// Whether there can be no news.
    func isQuiet(at now: Timestamp) -> Bool {
        touched.isEmpty && nextEnd.map { now < $0 } ?? true
    }

    /// People know of it already: an earlier process told them.
    mutating func know(_ fact: LedgerFact) {
        guard StopNews(fact, isOver: false) != nil, told.count < StopBook.limit else { return }
        told[fact.name] = fact
        if case .park(_, let until, _) = fact.content { nextEnd = min(nextEnd ?? until, until) }
    }

    /// What the ledger would call by these names is gone.
    mutating func forget(_ names: [String]) {
        guard !told.isEmpty else { return }
        for name in names { told[name] = nil }
    }

    /// - Parameter fact: what holds under `name` now; `nil` for nothing.
    mutating func tell(_ fact: LedgerFact?, as name: String, at now: Timestamp) -> StopNews? {
        let before = told[name]
        guard let fact else {
            told[name] = nil
            return before.flatMap { StopNews($0, isOver: true) }
        }
        guard let news = StopNews(fact, isOver: false) else { return nil }
        let old = before.flatMap { StopNews($0, isOver: false) }
        if old?.reason == news.reason, old?.why == news.why {
            know(fact)
            return nil
        }
        if before == nil, news.kind == .parked, news.until - now < StopBook.shortestPark { return nil }
        know(fact)
        return told[name] == fact ? news : nil
    }

    /// The parks that time has ended.
    mutating func takeLapsed(at now: Timestamp) -> [StopNews] {
        guard let end = nextEnd, end <= now else { return [] }
        nextEnd = nil
        var news: [StopNews] = []
        for (name, fact) in told {
            guard case .park(_, let until, _) = fact.content else { continue }
            if until <= now {
                told[name] = nil
                if let over = StopNews(fact, isOver: true) { news.append(over) }
            } else {
                nextEnd = min(nextEnd ?? until, until)
            }
        }
        return news
    }
}
