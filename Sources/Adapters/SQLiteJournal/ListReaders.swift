internal import Synchronization
internal import Timekeeping
internal import WeirPorts

/// The connections that listings have for themselves. A page looks at a bounded number of rows for a bounded time, and then
/// lets go of what it read, so that neither other queries nor the write-ahead log wait for listings.
final class ListReaders: Sendable {
    private struct State {
        var turns: ListTurns<CheckedContinuation<Int?, Never>>
        /// Until then listings aren't held back once more.
        var holdsAfter = Instant.zero
        var isClosed = false
    }

    private let folder: JournalFolder
    private let connections: [Connection]
    private let configuration: SQLiteJournalConfiguration
    private let clock: any TimeSource
    private let state: Mutex<State>

    /// To be made once the database is there and up to date.
    init(
        _ folder: JournalFolder,
        _ configuration: SQLiteJournalConfiguration,
        _ clock: any TimeSource
    ) throws(JournalError) {
        self.folder = folder
        self.configuration = configuration
        self.clock = clock
        connections = try JournalDatabase.openReaders(configuration.listReaders, folder)
        let turns = ListTurns<CheckedContinuation<Int?, Never>>(
            connections: connections.count,
            maximumWaiting: configuration.maximumListsWaiting,
            maximumWaitingPerClient: configuration.maximumListsWaitingPerClient
        )
        state = Mutex(State(turns: turns))
    }

    func page(_ filter: MessageFilter) async throws(JournalError) -> MessagePage {
        try await look(filter) { try ListWalk.page($0, filter, $1) }
    }

    /// A part of a count, by the rules of a page.
    func tally(_ filter: MessageFilter) async throws(JournalError) -> MessageTally {
        try await look(filter) { try ListWalk.tally($0, filter, $1) }
    }

    private func look<Found: Sendable>(
        _ filter: MessageFilter,
        _ walk: @escaping @Sendable (Database, ListBudget) throws -> Found
    ) async throws(JournalError) -> Found {
        // Whose turn it is: no client stands in line behind an operator who looks for its messages.
        let asking = filter.isOperators ? nil : filter.client
        guard let connection = await enter(asking) else {
            throw .busy("as many listings wait as may at once: ask again in a moment")
        }
        do {
            let (found, took) = try await connections[connection].read { [configuration, clock] database in
                let began = clock.now()
                let found = try walk(database, ListBudget(configuration, clock))
                return (found, clock.now() - began)
            }
            rest(for: took, asking, connection)
            return found
        } catch {
            leave(asking, connection)
            throw SQLiteFailure(error).journalError(in: folder.path)
        }
    }

    /// Lets nobody begin any more; waits for the pages that are being read.
    func close() {
        state.withLock { $0.isClosed = true }
        for connection in connections { connection.close() }
    }

    // MARK: - Turns

    /// - Returns: The connection, once it is the client's turn; `nil` where as many wait as may.
    private func enter(_ client: String?) async -> Int? {
        await withCheckedContinuation { continuation in
            switch state.withLock({ $0.turns.enter(client, continuation) }) {
            case .start(let start): start.ticket.resume(returning: start.connection)
            case .wait: break
            case .refused: continuation.resume(returning: nil)
            }
        }
    }

    /// A page that took long costs its client and the connection a rest of the same length, so that walks through millions of
    /// messages leave half of the processors to what can't wait.
    private func rest(for took: Duration, _ client: String?, _ connection: Int) {
        guard took > .milliseconds(5) else { return leave(client, connection) }
        Task { [self] in
            try? await clock.sleep(until: clock.now() + min(took, configuration.listTime))
            leave(client, connection)
        }
    }

    private func leave(_ client: String?, _ connection: Int) {
        let isLarge = folder.logBytes() > configuration.alarmingLogBytes
        let now = clock.now()
        let (started, isHeld) = state.withLock { state in
            let holds = isLarge && now >= state.holdsAfter && !state.turns.isHeld && !state.isClosed
            if holds { state.turns.hold() }
            return (state.turns.leave(client, connection), holds)
        }
        for start in started { start.ticket.resume(returning: start.connection) }
        if isHeld { Task { [self] in await waitForLog(from: now) } }
    }

    // MARK: - The write-ahead log

    /// SQLite begins its log anew only at a moment at which nobody reads from it, which two connections in turn may never leave.
    private static let longestHold = Duration.seconds(2)
    /// Somebody else may be who holds the log: a shell with a transaction left open.
    private static let restAfterHold = Duration.seconds(4)

    private func waitForLog(from start: Instant) async {
        while clock.now() < start + ListReaders.longestHold, isLogLarge, !state.withLock({ $0.isClosed }) {
            try? await clock.sleep(until: clock.now() + .milliseconds(20))
        }
        let rest = isLogLarge ? ListReaders.restAfterHold : .zero
        let now = clock.now()
        let started = state.withLock { state in
            state.holdsAfter = now + rest
            return state.turns.goOn()
        }
        for start in started { start.ticket.resume(returning: start.connection) }
    }

    private var isLogLarge: Bool { folder.logBytes() > configuration.keptLogBytes }
}

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

/// How far one page of a listing may look.
struct ListBudget {
    private var rows: Int
    private let deadline: Instant
    private let clock: any TimeSource

    init(_ configuration: SQLiteJournalConfiguration, _ clock: any TimeSource) {
        rows = max(1, configuration.listedRows)
        deadline = clock.now() + configuration.listTime
        self.clock = clock
    }

    /// Takes what looking at another row costs.
    ///
    /// - Parameter cost: in rows that a walk only passes.
    mutating func spend(_ cost: Int = 1) {
        rows = max(0, rows - cost)
        // A glance at the clock costs as much as a few rows.
        if rows % 64 < cost, clock.now() >= deadline { rows = 0 }
    }

    /// Whether the page must end here. Never before the first `spend`, so that each page comes further than the last.
    var isSpent: Bool { rows == 0 }
}
