/// Who lists next. A value: `ListReaders` keeps it behind its lock.
///
/// A client has one connection at a time, and those who wait have it in turn, a page each: whoever asks for many pages at once
/// waits for himself.
struct ListTurns<Ticket> {
    /// A connection for whoever holds the ticket.
    struct Start {
        var ticket: Ticket
        var connection: Int
    }

    enum Entry {
        case start(Start)
        case wait
        /// As many wait as may.
        case refused
    }

    private let maximumWaiting: Int
    private let maximumWaitingPerClient: Int
    private var free: [Int]
    /// Clients that have a connection; `nil` is who may see everything.
    private var listing: Set<String?> = []
    /// Who waits, by client, in the order of their turns.
    private var waiting: [(client: String?, tickets: [Ticket])] = []
    /// Whether nobody begins, so that the write-ahead log comes to have no readers.
    private(set) var isHeld = false

    init(connections: Int, maximumWaiting: Int, maximumWaitingPerClient: Int) {
        free = Array(0..<connections)
        self.maximumWaiting = maximumWaiting
        self.maximumWaitingPerClient = maximumWaitingPerClient
    }

    mutating func enter(_ client: String?, _ ticket: Ticket) -> Entry {
        if !isHeld, !listing.contains(client), let connection = free.popLast() {
            listing.insert(client)
            return .start(Start(ticket: ticket, connection: connection))
        }
        guard waiting.reduce(0, { $0 + $1.tickets.count }) < maximumWaiting else { return .refused }
        guard let index = waiting.firstIndex(where: { $0.client == client }) else {
            waiting.append((client, [ticket]))
            return .wait
        }
        guard waiting[index].tickets.count < maximumWaitingPerClient else { return .refused }
        waiting[index].tickets.append(ticket)
        return .wait
    }

    /// A client's page is done. Returns who begins.
    mutating func leave(_ client: String?, _ connection: Int) -> [Start] {
        listing.remove(client)
        free.append(connection)
        return begin()
    }

    mutating func hold() {
        isHeld = true
    }

    mutating func goOn() -> [Start] {
        isHeld = false
        return begin()
    }

    private mutating func begin() -> [Start] {
        var started: [Start] = []
        while !isHeld, !free.isEmpty, let index = waiting.firstIndex(where: { !listing.contains($0.client) }) {
            var turn = waiting.remove(at: index)
            listing.insert(turn.client)
            started.append(Start(ticket: turn.tickets.removeFirst(), connection: free.removeLast()))
            if !turn.tickets.isEmpty { waiting.append(turn) }
        }
        return started
    }
}
