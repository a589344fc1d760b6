internal import Queueing
internal import Timekeeping
internal import WeirPorts

/// Executes writes inside one transaction.
struct BatchWriter {
    private let statements: WriteStatements
    private var memory: WriterMemory
    /// An accept that waits for the next write: if that is its start, both become one INSERT.
    private var held: (message: Message, content: MessageContent)?
    private var bodies: [JobID: StoredBody] = [:]
    private var news: [ReceiptNews] = []
    private var suppressionNews: [SuppressionNews] = []
    private let receipts: ReceiptWriter
    private let suppressions: SuppressionWriter
    private let deliveries: DeliveryWriter
    private let database: Database
    private var erased = 0
    private var vanished: [JobID] = []
    private var added: [WaitingDelivery] = []

    init(_ database: Database, _ memory: WriterMemory) throws(SQLiteFailure) {
        statements = try WriteStatements(database)
        receipts = ReceiptWriter(database)
        suppressions = SuppressionWriter(database)
        deliveries = DeliveryWriter(database)
        self.database = database
        self.memory = memory
    }

    /// Executes the writes of `calls` in order.
    ///
    /// - Returns: One receipt a call, the deliveries that they added, and what the writer knows once the transaction is committed.
    static func execute(
        _ calls: some Collection<PendingCall>,
        in database: Database,
        _ memory: WriterMemory
    ) throws(SQLiteFailure) -> (receipts: [JournalReceipt], added: [WaitingDelivery], memory: WriterMemory) {
        var writer = try BatchWriter(database, memory)
        var receipts: [JournalReceipt] = []
        receipts.reserveCapacity(calls.count)
        for call in calls {
            let before = writer.added.count
            for write in call.writes { try writer.execute(write) }
            var receipt = JournalReceipt(
                bodies: writer.bodies,
                receipts: writer.news,
                suppressions: writer.suppressionNews,
                deliveries: writer.added.count - before
            )
            if writer.erased > 0 { swap(&receipt.erased, &writer.erased) }
            if !writer.vanished.isEmpty { swap(&receipt.vanished, &writer.vanished) }
            receipts.append(receipt)
            if !writer.bodies.isEmpty { writer.bodies = [:] }
            if !writer.news.isEmpty { writer.news = [] }
            if !writer.suppressionNews.isEmpty { writer.suppressionNews = [] }
        }
        try writer.flush()
        return (receipts, writer.added, writer.memory)
    }

    private mutating func execute(_ write: JournalWrite) throws(SQLiteFailure) {
        if case .start(let id, let number, let at, let needsBody) = write, let (message, content) = held,
            message.id == id
        {
            held = nil
            try insert(message, content, start: (number, at.milliseconds))
            if needsBody, !content.body.isEmpty {
                bodies[id] = StoredBody(message, content)
            }
            return
        }
        try flush()
        switch write {
        case .accept(let message, let content): held = (message, content)
        case .start(let id, let number, let at, let needsBody):
            let isThere = try statements.start(id, number: number, at: at)
            if needsBody, isThere { bodies[id] = try statements.body(id) }
        case .settle(let id, let attempt, let settlement):
            guard try statements.settle(id, attempt, settlement) else { return }
            try statements.insert(attempt, of: id)
            try tell(id, settlement, try receipts.await(id, settlement))
        case .conclude(let id, let settlement):
            try statements.conclude(id, settlement)
            try tell(id, settlement, try receipts.await(id, settlement))
        case .collapse(let id, let into, let at):
            guard try statements.collapse(id, into: into, at: at), memory.hasCallbacks else { return }
            added += try deliveries.tell(ended: id, [], at: at)
        case .redrive(let id, let at): if try !statements.redrive(id, at: at) { vanished.append(id) }
        case .receive(let receipt):
            let found = try receipts.receive(receipt)
            try tell(found, at: receipt.receivedAt)
            // What is known says nothing new, and the user may have come back since.
            guard let new = receipt.suppression, !found.contains(where: { $0.result == .repeated }) else { return }
            suppressionNews += try suppressions.suppress(new)
        case .match(let turn): try tell(try receipts.match(turn), at: turn.now)
        case .remember(let entry): try statements.remember(entry)
        case .forget(let name): try statements.forget(name)
        case .suppress(let new): suppressionNews += try suppressions.suppress(new)
        case .lift(let app, let recipient, let lifting):
            suppressionNews += try suppressions.lift(app: app, recipient: recipient, lifting)
        case .shed(let count): suppressionNews += try suppressions.shed(count)
        case .count(let mark, let day): try statements.count(mark, day: day)
        case .deliver(let new): if let one = try deliveries.deliver(new) { added.append(one) }
        case .settleDelivery(let place, let settlement): try deliveries.settle(place, settlement)
        case .audit(let entry): try AuditRows.insert(entry, database)
        case .erase(let erasure): erased += try Eraser.erase(erasure, database)
        }
    }

    /// What became of a message by itself, and of receipts.
    private mutating func tell(
        _ id: JobID,
        _ settlement: Settlement,
        _ found: [ReceiptNews]
    ) throws(SQLiteFailure) {
        news += found
        guard memory.hasCallbacks else { return }
        added += try deliveries.tell(ended: settlement.state.isTerminal ? id : nil, found, at: settlement.at)
    }

    private mutating func tell(_ found: [ReceiptNews], at now: Timestamp) throws(SQLiteFailure) {
        news += found
        guard memory.hasCallbacks else { return }
        added += try deliveries.tell(ended: nil, found, at: now)
    }

    private mutating func flush() throws(SQLiteFailure) {
        guard let (message, content) = held else { return }
        held = nil
        try insert(message, content, start: nil)
    }

    private mutating func insert(
        _ message: Message,
        _ content: MessageContent,
        start: (number: Int, at: Int64)?
    ) throws(SQLiteFailure) {
        var segment: Int64?
        if !content.recipient.isEmpty {
            let id = message.id.stored
            if let newest = memory.segments.place(id) {
                segment = newest
            } else {
                segment = try statements.segment(of: id)
            }
        }
        try statements.insert(message, content, start: start, segment: segment)
        if !content.callbackURL.isEmpty { memory.hasCallbacks = true }
        if !content.body.isEmpty { try statements.insert(body: content.body, of: message.id) }
    }
}
