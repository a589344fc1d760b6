internal import Timekeeping
internal import WeChat
public import WeirPorts

/// A suppression that a journal keeps, and its place in the order.
struct KeptSuppression: Equatable, Sendable {
    var place: Int64
    var suppression: Suppression
}

/// What the writes and questions about suppressions mean.
extension JournalModel {
    /// Does what a write says of suppressions.
    ///
    /// - Parameter news: what became of the receipt in it. What is known says nothing new.
    mutating func changes(by write: JournalWrite, _ news: [ReceiptNews]) -> [SuppressionNews] {
        switch write {
        case .suppress(let new): return [suppress(new)]
        case .receive(let receipt):
            guard let new = receipt.suppression, !news.contains(where: { $0.result == .repeated }) else { return [] }
            return [suppress(new)]
        case .lift(let app, let recipient, let lifting):
            return remove { entry in
                entry.app == app && entry.recipient == recipient && lifting.ends(entry.reach)
            }
        case .shed(let count):
            let oldest = suppressions.prefix(max(0, count))
            suppressions.removeFirst(oldest.count)
            return oldest.map { .ended($0.suppression) }
        case .accept, .start, .settle, .conclude, .collapse, .redrive, .match, .remember, .forget, .deliver,
            .settleDelivery, .count, .audit, .erase:
            return []
        }
    }

    private mutating func suppress(_ new: Suppression) -> SuppressionNews {
        suppressions.removeAll { entry in
            let old = entry.suppression
            return old.app == new.app && old.recipient == new.recipient && old.reach == new.reach
        }
        lastPlace += 1
        suppressions.append(KeptSuppression(place: lastPlace, suppression: new))
        return .made(new)
    }

    private mutating func remove(_ isMeant: (Suppression) -> Bool) -> [SuppressionNews] {
        let ended = suppressions.filter { isMeant($0.suppression) }
        suppressions.removeAll { isMeant($0.suppression) }
        return ended.map { .ended($0.suppression) }
    }

    /// Removes at most `limit` of those whose time is over.
    ///
    /// - Returns: Whether none is left.
    mutating func sweepSuppressions(at now: Timestamp, limit: Int) -> Bool {
        let over = suppressions.filter { $0.suppression.until <= now }.map(\.place)
        let removed = Set(over.prefix(limit))
        suppressions.removeAll { removed.contains($0.place) }
        return removed.count == over.count
    }

    /// A page of those that are in force, newest first.
    public func list(_ filter: SuppressionFilter) -> SuppressionPage {
        let all = suppressions.reversed().filter { entry in
            let suppression = entry.suppression
            if let apps = filter.apps, !apps.contains(suppression.app) { return false }
            if let recipient = filter.recipient, recipient != suppression.recipient { return false }
            if let before = filter.before, entry.place >= before { return false }
            return suppression.until > filter.now
        }
        let page = all.prefix(min(max(filter.limit, 1), 1_000))
        let next = all.count > page.count ? page.last?.place : nil
        return SuppressionPage(suppressions: page.map(\.suppression), next: next)
    }
}

extension SuppressionLifting {
    fileprivate func ends(_ reach: SuppressionReach) -> Bool {
        switch self {
        case .all: true
        case .only(let reaches): reaches.contains(reach)
        }
    }
}
