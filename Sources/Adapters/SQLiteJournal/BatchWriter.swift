internal import Queueing
internal import Timekeeping
internal import WeirPorts

/// Executes writes inside one transaction.
struct BatchWriter {
    private let statements: WriteStatements
    private var segments: RecipientSegments
    /// An accept that waits for the next write: if that is its start, both become one INSERT.
    private var held: (message: Message, content: MessageContent)?
    private var bodies: [JobID: StoredBody] = [:]
    private var news: [ReceiptNews] = []
    private var suppressionNews: [SuppressionNews] = []
    private let receipts: ReceiptWriter
    private let suppressions: SuppressionWriter

    init(_ database: Database, segments: RecipientSegments) throws(SQLiteFailure) {
        statements = try WriteStatements(database)
        receipts = ReceiptWriter(database)
        suppressions = SuppressionWriter(database)
        self.segments = segments
    }

    /// Executes the writes of `calls` in order.
    ///
    /// - Returns: One receipt a call, and the segments as they are once the transaction is committed.
    static func execute(
        _ calls: some Collection<PendingCall>,
        in database: Database,
        segments: RecipientSegments
    ) throws(SQLiteFailure) -> (receipts: [JournalReceipt], segments: RecipientSegments) {
        var writer = try BatchWriter(database, segments: segments)
        var receipts: [JournalReceipt] = []
        receipts.reserveCapacity(calls.count)
        for call in calls {
            for write in call.writes { try writer.execute(write) }
            receipts.append(
                JournalReceipt(bodies: writer.bodies, receipts: writer.news, suppressions: writer.suppressionNews)
            )
            if !writer.bodies.isEmpty { writer.bodies = [:] }
            if !writer.news.isEmpty { writer.news = [] }
            if !writer.suppressionNews.isEmpty { writer.suppressionNews = [] }
        }
        try writer.flush()
        return (receipts, writer.segments)
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
            news += try receipts.await(id, settlement)
        case .conclude(let id, let settlement):
            try statements.conclude(id, settlement)
            news += try receipts.await(id, settlement)
        case .redrive(let id, let at): try statements.redrive(id, at: at)
        case .receive(let receipt):
            let found = try receipts.receive(receipt)
            news += found
            // What is known says nothing new, and the user may have come back since.
            guard let new = receipt.suppression, !found.contains(where: { $0.result == .repeated }) else { return }
            suppressionNews += try suppressions.suppress(new)
        case .match(let turn): news += try receipts.match(turn)
        case .remember(let entry): try statements.remember(entry)
        case .forget(let name): try statements.forget(name)
        case .suppress(let new): suppressionNews += try suppressions.suppress(new)
        case .lift(let app, let recipient, let lifting):
            suppressionNews += try suppressions.lift(app: app, recipient: recipient, lifting)
        case .shed(let count): suppressionNews += try suppressions.shed(count)
        }
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
            if let newest = segments.place(id) {
                segment = newest
            } else {
                segment = try statements.segment(of: id)
            }
        }
        try statements.insert(message, content, start: start, segment: segment)
        if !content.body.isEmpty { try statements.insert(body: content.body, of: message.id) }
    }
}
