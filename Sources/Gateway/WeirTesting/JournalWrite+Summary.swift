internal import Queueing
internal import WeChat
public import WeirPorts

extension JournalWrite {
    /// The message that it is about; `nil` for the ledger's.
    var id: JobID? {
        switch self {
        case .accept(let message, _): message.id
        case .start(let id, _, _, _), .settle(let id, _, _), .conclude(let id, _), .redrive(let id, _),
            .collapse(let id, _, _):
            id
        case .receive, .match, .remember, .forget, .suppress, .lift, .shed, .count, .deliver, .settleDelivery, .audit,
            .erase:
            nil
        }
    }

    /// A short form to compare by.
    public var summary: String {
        switch self {
        case .accept: "accept"
        case .start(_, let number, _, let needsBody): "start \(number)\(needsBody ? " with body" : "")"
        case .settle(_, let attempt, let settlement): "settle \(attempt.number) \(settlement.state.name)"
        case .conclude(_, let settlement): "conclude \(settlement.state.name)"
        case .collapse: "collapse"
        case .redrive: "redrive"
        case .receive(let receipt): "receive \(receipt.receipt.state.rawValue)"
        case .match: "match"
        case .remember(let entry): "remember \(entry.name)"
        case .forget(let name): "forget \(name)"
        case .suppress(let suppression): "suppress \(suppression.reach.stored)"
        case .lift: "lift"
        case .shed(let count): "shed \(count)"
        case .count: "count"
        case .deliver(let delivery): "deliver \(delivery.destination.stored)"
        case .settleDelivery(let place, .waits): "delivery \(place) waits"
        case .settleDelivery(let place, .dead): "delivery \(place) dead"
        case .settleDelivery(let place, .over): "delivery \(place) over"
        case .audit(let entry): "audit \(entry.action)"
        case .erase(let erasure): "erase \(erasure.messages.count)"
        }
    }
}
