internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

/// The writes about receipts, inside a transaction. What they mean is `JournalModel`'s.
struct ReceiptWriter {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// A receipt that is kept, by its place.
    private struct Kept {
        var seq: Int64
        var receipt: ReceivedReceipt
    }

    private enum Search: Int64 {
        case due = 0
        case vain, done
    }

    // MARK: - The writes

    func receive(_ new: ReceivedReceipt) throws(SQLiteFailure) -> [ReceiptNews] {
        let known = try PreparedStatement(database, SQL.isKnown)
        known.bind(new.digest, at: 1)
        known.bind(new.app, at: 2)
        defer { known.reset() }
        if try known.step() { return [news(new, .repeated)] }
        var result: ReceiptNews.Result?
        if let id = try message(with: new) { result = try take(new, by: id) }
        try keep(new, result == nil ? .due : .done)
        return [news(new, result ?? .kept)]
    }

    /// A settlement was written after which a receipt may come: one may be here already.
    func await(_ id: JobID, _ settlement: Settlement) throws(SQLiteFailure) -> [ReceiptNews] {
        guard settlement.awaitsReceipt, settlement.state.isTerminal else { return [] }
        var found: [ReceiptNews] = []
        for kept in try keptWithMsgid(of: id) where try message(with: kept.receipt) == id {
            guard let result = try take(kept.receipt, by: id) else { continue }
            try set(.done, kept.seq)
            found.append(news(kept.receipt, result))
        }
        let again = try PreparedStatement(database, SQL.searchAgain)
        again.bind(id.stored, at: 1)
        try again.run()
        return found
    }

    func match(_ turn: ReceiptTurn) throws(SQLiteFailure) -> [ReceiptNews] {
        var found: [ReceiptNews] = []
        for kept in try due(turn) {
            var result: ReceiptNews.Result?
            if let id = try candidate(for: kept.receipt) { result = try take(kept.receipt, by: id) }
            try set(result == nil ? .vain : .done, kept.seq)
            if let result { found.append(news(kept.receipt, result)) }
        }
        found += try drop(turn)
        for (app, before) in turn.missingBefore.sorted(by: { $0.key < $1.key }) {
            found += try miss(app, sentBefore: before, turn)
        }
        return found
    }

    // MARK: - Which message it is

    private func message(with receipt: ReceivedReceipt) throws(SQLiteFailure) -> JobID? {
        guard let msgid = receipt.msgid else { return nil }
        let row = try PreparedStatement(database, SQL.withMsgid)
        row.bind(msgid, at: 1)
        row.bind(receipt.app, at: 2)
        row.bind(ReceiptWriter.list(receipt.types), at: 3)
        defer { row.reset() }
        return try row.step() ? JobID(stored: row.integer(0)) : nil
    }

    private func candidate(for receipt: ReceivedReceipt) throws(SQLiteFailure) -> JobID? {
        guard !receipt.recipient.isEmpty else { return nil }
        let at = receipt.receipt.at
        let row = try PreparedStatement(database, SQL.candidates)
        row.bind(StoredHash.recipient(receipt.recipient), at: 1)
        row.bind((at + (.zero - ReceiptTurn.longestDelivery)).milliseconds, at: 2)
        row.bind(receipt.recipient, at: 3)
        row.bind(receipt.app, at: 4)
        row.bind(ReceiptWriter.list(receipt.types), at: 5)
        row.bind((at + ReceiptTurn.clockDifference).milliseconds, at: 6)
        row.bind(receipt.msgid, at: 7)
        defer { row.reset() }
        guard try row.step() else { return nil }
        let id = JobID(stored: row.integer(0))
        return try row.step() ? nil : id
    }

    // MARK: - What it changes

    /// - Returns: `nil` where the message is not so far, or ended otherwise.
    private func take(_ receipt: ReceivedReceipt, by id: JobID) throws(SQLiteFailure) -> ReceiptNews.Result? {
        guard var progress = try progress(of: id) else { return nil }
        let before = progress.state
        switch progress.take(receipt.receipt) {
        case .taken:
            try store(progress, of: id)
            return .taken(id, from: before)
        case .repeated: return .repeated
        case .contradicted:
            try contradict(receipt.receipt, of: id)
            return .contradicted(id)
        case .none: return nil
        }
    }

    private func progress(of id: JobID) throws(SQLiteFailure) -> MessageProgress? {
        let row = try PreparedStatement(database, SQL.progress)
        row.bind(id.stored, at: 1)
        defer { row.reset() }
        guard try row.step(), let state = JobState(rawValue: UInt8(clamping: row.integer(0))) else { return nil }
        var progress = MessageProgress()
        progress.state = state
        progress.reason = row.optionalText(1)
        progress.receipt = MessageRow.receipt(row, 2)
        return progress
    }

    private func store(_ progress: MessageProgress, of id: JobID) throws(SQLiteFailure) {
        let statement = try PreparedStatement(database, SQL.store)
        statement.bind(id.stored, at: 1)
        statement.bind(Int64(progress.state.rawValue), at: 2)
        statement.bind(progress.reason, at: 3)
        statement.bind(progress.receipt?.state.rawValue, at: 4)
        statement.bind(progress.receipt?.at.milliseconds, at: 5)
        statement.bind(progress.receipt?.reason, at: 6)
        try statement.run()
    }

    private func contradict(_ receipt: MessageReceipt, of id: JobID) throws(SQLiteFailure) {
        let statement = try PreparedStatement(database, SQL.contradict)
        statement.bind(id.stored, at: 1)
        statement.bind(receipt.state.rawValue, at: 2)
        statement.bind(receipt.at.milliseconds, at: 3)
        statement.bind(receipt.reason, at: 4)
        statement.bind(Int64(MessageReceipt.mostContradictions), at: 5)
        try statement.run()
    }

    // MARK: - What is kept

    private func keep(_ new: ReceivedReceipt, _ search: Search) throws(SQLiteFailure) {
        let statement = try PreparedStatement(database, SQL.keep)
        statement.bind(new.app, at: 1)
        statement.bind(new.digest, at: 2)
        statement.bind(new.receivedAt.milliseconds, at: 3)
        statement.bind(ReceiptWriter.list(new.types), at: 4)
        statement.bind(new.msgid, at: 5)
        statement.bind(new.recipient, at: 6)
        statement.bind(new.receipt.state.rawValue, at: 7)
        statement.bind(new.receipt.at.milliseconds, at: 8)
        statement.bind(new.receipt.reason, at: 9)
        statement.bind(search.rawValue, at: 10)
        try statement.run()
    }

    private func set(_ search: Search, _ seq: Int64) throws(SQLiteFailure) {
        let statement = try PreparedStatement(database, "UPDATE receipts SET search = ?2 WHERE seq = ?1")
        statement.bind(seq, at: 1)
        statement.bind(search.rawValue, at: 2)
        try statement.run()
    }

    private func keptWithMsgid(of id: JobID) throws(SQLiteFailure) -> [Kept] {
        let row = try PreparedStatement(database, SQL.keptWithMsgid)
        row.bind(id.stored, at: 1)
        return try all(row)
    }

    private func due(_ turn: ReceiptTurn) throws(SQLiteFailure) -> [Kept] {
        let row = try PreparedStatement(database, SQL.due)
        row.bind((turn.now + (.zero - turn.settledAfter)).milliseconds, at: 1)
        row.bind(Int64(turn.limit), at: 2)
        return try all(row)
    }

    private func all(_ row: PreparedStatement) throws(SQLiteFailure) -> [Kept] {
        defer { row.reset() }
        var all: [Kept] = []
        while try row.step() {
            guard let receipt = MessageRow.receipt(row, 5) else { continue }
            let received = ReceivedReceipt(
                app: row.text(1),
                types: row.text(2).split(separator: ",").compactMap { MessageType(rawValue: String($0)) },
                msgid: row.optionalInteger(3),
                recipient: row.text(4),
                receipt: receipt,
                digest: row.integer(8),
                receivedAt: Timestamp(milliseconds: row.integer(9))
            )
            all.append(Kept(seq: row.integer(0), receipt: received))
        }
        return all
    }

    /// The oldest go, in the order in which they came, until one is young enough.
    private func drop(_ turn: ReceiptTurn) throws(SQLiteFailure) -> [ReceiptNews] {
        let row = try PreparedStatement(database, SQL.oldest)
        row.bind(Int64(turn.limit), at: 1)
        row.bind((turn.now + (.zero - turn.keptFor)).milliseconds, at: 2)
        row.bind(Int64(ReceiptTurn.mostKept), at: 3)
        defer { row.reset() }
        var (last, unmatched) = (Int64?.none, [ReceiptNews]())
        while try row.step(), row.integer(4) != 0 {
            last = row.integer(0)
            guard row.integer(3) != Search.done.rawValue, let state = MessageReceipt.State(rawValue: row.text(2)) else {
                continue
            }
            unmatched.append(ReceiptNews(app: row.text(1), state: state, result: .unmatched))
        }
        guard let last else { return [] }
        let statement = try PreparedStatement(database, "DELETE FROM receipts WHERE seq <= ?1")
        statement.bind(last, at: 1)
        try statement.run()
        return unmatched
    }

    private func miss(
        _ app: String,
        sentBefore: Timestamp,
        _ turn: ReceiptTurn
    ) throws(SQLiteFailure) -> [ReceiptNews] {
        let row = try PreparedStatement(database, SQL.late)
        row.bind(app, at: 1)
        row.bind(sentBefore.milliseconds, at: 2)
        row.bind(Int64(turn.limit), at: 3)
        var ids: [JobID] = []
        while try row.step() { ids.append(JobID(stored: row.integer(0))) }
        row.reset()
        var found: [ReceiptNews] = []
        for id in ids {
            guard var progress = try progress(of: id) else { continue }
            guard progress.state == .sent else {
                let statement = try PreparedStatement(database, "UPDATE messages SET followed_at = NULL WHERE id = ?1")
                statement.bind(id.stored, at: 1)
                try statement.run()
                continue
            }
            _ = progress.take(MessageReceipt(.missing, at: turn.now))
            try store(progress, of: id)
            found.append(ReceiptNews(app: app, state: .missing, result: .taken(id, from: .sent)))
        }
        return found
    }

    private func news(_ receipt: ReceivedReceipt, _ result: ReceiptNews.Result) -> ReceiptNews {
        ReceiptNews(app: receipt.app, state: receipt.receipt.state, result: result)
    }

    /// With a comma around each, so that a name can be looked for.
    private static func list(_ types: [MessageType]) -> String {
        "," + types.map { $0.rawValue + "," }.joined()
    }
}
