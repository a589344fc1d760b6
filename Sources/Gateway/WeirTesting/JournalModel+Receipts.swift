internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

/// A receipt that a journal keeps, and whether it still looks for its message.
struct KeptReceipt: Equatable, Sendable {
    enum Search: Sendable {
        /// It is matched by its recipient when it is old enough.
        case due
        /// That found nothing: only a msgid, or another end of a message to its recipient, can.
        case vain
        /// It has its message.
        case done
    }

    var receipt: ReceivedReceipt
    var search: Search
}

/// What the writes about receipts mean.
extension JournalModel {
    /// Does a `receive`.
    mutating func receive(_ new: ReceivedReceipt) -> [ReceiptNews] {
        if kept.contains(where: { $0.receipt.app == new.app && $0.receipt.digest == new.digest }) {
            return [news(new, .repeated)]
        }
        var new = new
        new.suppression = nil
        var entry = KeptReceipt(receipt: new, search: .due)
        defer { kept.append(entry) }
        guard let id = message(with: new), let result = take(new, by: id) else { return [news(new, .kept)] }
        entry.search = .done
        return [news(new, result)]
    }

    /// A settle or conclude ended an attempt, or the message, of which a receipt may come: one may have come already.
    mutating func awaitReceipt(of id: JobID, since now: Timestamp) -> [ReceiptNews] {
        followed[id] = now
        guard let record = messages[id], record.progress.state.isTerminal else { return [] }
        var found: [ReceiptNews] = []
        for index in kept.indices where kept[index].search != .done && kept[index].receipt.app == record.message.app {
            let receipt = kept[index].receipt
            if message(with: receipt) == id, let result = take(receipt, by: id) {
                kept[index].search = .done
                found.append(news(receipt, result))
            } else if receipt.recipient == record.content.recipient {
                kept[index].search = .due
            }
        }
        return found
    }

    /// Does a `match`.
    mutating func match(_ turn: ReceiptTurn) -> [ReceiptNews] {
        var found: [ReceiptNews] = []
        let due = kept.indices.filter {
            kept[$0].search == .due && kept[$0].receipt.receivedAt + turn.settledAfter <= turn.now
        }
        for index in due.prefix(turn.limit) {
            let receipt = kept[index].receipt
            kept[index].search = .vain
            guard let id = candidate(for: receipt), let result = take(receipt, by: id) else { continue }
            kept[index].search = .done
            found.append(news(receipt, result))
        }
        found += drop(turn)
        for (app, before) in turn.missingBefore.sorted(by: { $0.key < $1.key }) {
            found += miss(app, sentBefore: before, turn)
        }
        return found
    }

    private mutating func drop(_ turn: ReceiptTurn) -> [ReceiptNews] {
        let surplus = kept.count - ReceiptTurn.mostKept
        let old = kept.enumerated().prefix(turn.limit).prefix { index, entry in
            index < surplus || entry.receipt.receivedAt + turn.keptFor <= turn.now
        }
        let unmatched = old.filter { $0.element.search != .done }.map { news($0.element.receipt, .unmatched) }
        kept.removeFirst(old.count)
        return unmatched
    }

    private mutating func miss(_ app: String, sentBefore: Timestamp, _ turn: ReceiptTurn) -> [ReceiptNews] {
        let late = followed.filter { id, since in
            guard let record = messages[id], record.message.app == app, record.progress.receipt == nil else {
                return false
            }
            return since <= sentBefore && [.sent, .unknown].contains(record.progress.state)
        }
        var found: [ReceiptNews] = []
        for id in late.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }).map(\.key).prefix(turn.limit) {
            guard var record = messages[id] else { continue }
            guard record.progress.state == .sent else {
                // Nobody knows whether it was sent at all: that nothing comes says nothing more.
                followed[id] = nil
                continue
            }
            _ = record.progress.take(MessageReceipt(.missing, at: turn.now))
            messages[id] = record
            found.append(ReceiptNews(app: app, state: .missing, result: .taken(id, from: .sent)))
        }
        return found
    }

    /// The message of the receipt's msgid.
    private func message(with receipt: ReceivedReceipt) -> JobID? {
        guard let msgid = receipt.msgid else { return nil }
        return followed.keys.filter { id in
            guard let record = messages[id] else { return false }
            return record.progress.msgid == msgid && record.message.app == receipt.app
                && receipt.types.contains(record.message.type)
        }.max()
    }

    /// The one message that a receipt can be about by its recipient and time; `nil` for none, for several, and for one that waits.
    private func candidate(for receipt: ReceivedReceipt) -> JobID? {
        guard !receipt.recipient.isEmpty else { return nil }
        let candidates = followed.filter { id, since in
            guard let record = messages[id], record.progress.receipt == nil else { return false }
            let first = record.progress.firstAttemptAt ?? since
            return record.message.app == receipt.app && record.content.recipient == receipt.recipient
                && receipt.types.contains(record.message.type)
                && (receipt.msgid == nil || record.progress.msgid == nil)
                && first <= receipt.receipt.at + ReceiptTurn.clockDifference
                && receipt.receipt.at <= since + ReceiptTurn.longestDelivery
        }
        return candidates.count == 1 ? candidates.first?.key : nil
    }

    /// - Returns: `nil` where the message is not so far, or ended otherwise.
    private mutating func take(_ receipt: ReceivedReceipt, by id: JobID) -> ReceiptNews.Result? {
        guard var record = messages[id] else { return nil }
        defer { messages[id] = record }
        let before = record.progress.state
        switch record.progress.take(receipt.receipt) {
        case .taken: return .taken(id, from: before)
        case .repeated: return .repeated
        case .contradicted:
            if record.contradictions.count < MessageReceipt.mostContradictions {
                record.contradictions.append(receipt.receipt)
            }
            return .contradicted(id)
        case .none: return nil
        }
    }

    private func news(_ receipt: ReceivedReceipt, _ result: ReceiptNews.Result) -> ReceiptNews {
        ReceiptNews(app: receipt.app, state: receipt.receipt.state, result: result)
    }
}
