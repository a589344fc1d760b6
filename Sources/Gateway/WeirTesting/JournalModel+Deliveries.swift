internal import Queueing
internal import Timekeeping
public import WeirPorts

/// A delivery that a journal keeps.
struct KeptDelivery: Equatable, Sendable {
    enum State: Sendable {
        case waiting, dead
        /// What it said is gone; that it was there is known.
        case over
    }

    var waiting: WaitingDelivery
    var app: String
    var body: [UInt8]
    /// The message whose end it tells.
    var message: JobID?
    var digest: Int64?
    var state = State.waiting
    var keptUntil: Timestamp?
}

/// What the writes and questions about deliveries mean.
extension JournalModel {
    /// Does what a write says of deliveries, or causes.
    ///
    /// - Parameter news: what became of receipts by it.
    /// - Returns: The deliveries that it added.
    mutating func deliveries(by write: JournalWrite, _ news: [ReceiptNews]) -> [WaitingDelivery] {
        switch write {
        case .deliver(let new): return add(new)
        case .settleDelivery(let place, let settlement):
            settle(place, settlement)
            return []
        case .settle(let id, _, let settlement), .conclude(let id, let settlement):
            let ended = settlement.state.isTerminal ? [id] : []
            return tell(of: ended + JournalModel.moved(news), at: settlement.at)
        case .collapse(let id, let into, let at):
            return messages[id]?.progress.collapsedInto == into ? tell(of: [id], at: at) : []
        case .receive(let receipt): return tell(of: JournalModel.moved(news), at: receipt.receivedAt)
        case .match(let turn): return tell(of: JournalModel.moved(news), at: turn.now)
        case .accept, .start, .redrive, .remember, .forget, .suppress, .lift, .shed, .count, .audit, .erase: return []
        }
    }

    /// The messages that a receipt has moved.
    private static func moved(_ news: [ReceiptNews]) -> [JobID] {
        news.compactMap { one in
            guard case .taken(let id, _) = one.result, one.state != .missing else { return nil }
            return id
        }
    }

    private mutating func tell(of ids: [JobID], at now: Timestamp) -> [WaitingDelivery] {
        var (told, added) = (Set<JobID>(), [WaitingDelivery]())
        for id in ids where told.insert(id).inserted {
            guard let record = messages[id], !record.content.callbackURL.isEmpty else { continue }
            let kept = keep(
                DeliveryDestination(.client, record.message.client),
                bytes: record.content.callbackURL.utf8.count,
                at: now
            ) { waiting in
                KeptDelivery(waiting: waiting, app: record.message.app, body: [], message: id)
            }
            added.append(kept)
        }
        return added
    }

    private mutating func add(_ new: Delivery) -> [WaitingDelivery] {
        let isKnown = deliveries.contains { $0.waiting.destination == new.destination && $0.digest == new.digest }
        guard !isKnown else { return [] }
        let kept = keep(new.destination, bytes: new.body.count, at: new.createdAt) { waiting in
            KeptDelivery(waiting: waiting, app: new.app, body: new.body, digest: new.digest)
        }
        return [kept]
    }

    private mutating func keep(
        _ destination: DeliveryDestination,
        bytes: Int,
        at now: Timestamp,
        _ make: (WaitingDelivery) -> KeptDelivery
    ) -> WaitingDelivery {
        lastDelivery += 1
        let waiting = WaitingDelivery(place: lastDelivery, destination: destination, bytes: bytes, createdAt: now)
        deliveries.append(make(waiting))
        return waiting
    }

    private mutating func settle(_ place: Int64, _ settlement: DeliverySettlement) {
        guard let index = deliveries.firstIndex(where: { $0.waiting.place == place && $0.state == .waiting }) else {
            return
        }
        switch settlement {
        case .waits(let attempts, let nextAt):
            (deliveries[index].waiting.attempts, deliveries[index].waiting.nextAt) = (attempts, nextAt)
        case .dead(let attempts, let keptUntil):
            deliveries[index].waiting.attempts = attempts
            deliveries[index].waiting.nextAt = nil
            deliveries[index].state = .dead
            deliveries[index].keptUntil = keptUntil
            let destination = deliveries[index].waiting.destination
            let dead = deliveries.filter { $0.state == .dead && $0.waiting.destination == destination }
            let surplus = Set(dead.map(\.waiting.place).sorted().dropLast(Delivery.mostDead))
            deliveries.removeAll { surplus.contains($0.waiting.place) }
        case .over(let keptUntil):
            guard deliveries[index].digest != nil else {
                deliveries.remove(at: index)
                return
            }
            deliveries[index].state = .over
            deliveries[index].body = []
            deliveries[index].keptUntil = keptUntil
        }
    }

    /// Those that wait, oldest first.
    var waitingDeliveries: [WaitingDelivery] {
        deliveries.filter { $0.state == .waiting }.map(\.waiting)
    }

    /// One that waits or was given up, with what it says.
    public func delivery(_ place: Int64) -> StoredDelivery? {
        guard let kept = deliveries.first(where: { $0.waiting.place == place && $0.state != .over }) else { return nil }
        let content: StoredDelivery.Content
        if let id = kept.message {
            content = messages[id].map { .ended(id, url: $0.content.callbackURL) } ?? .gone
        } else {
            content = .body(kept.body)
        }
        return StoredDelivery(kept.waiting, app: kept.app, content: content)
    }

    /// Removes at most `limit` of those that are kept no longer.
    ///
    /// - Returns: Whether none is left.
    mutating func sweepDeliveries(at now: Timestamp, limit: Int) -> Bool {
        let over = deliveries.filter { kept in kept.keptUntil.map { $0 <= now } ?? false }.map(\.waiting.place)
        let removed = Set(over.prefix(limit))
        deliveries.removeAll { removed.contains($0.waiting.place) }
        return removed.count == over.count
    }
}
