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
        guard let connection = await enter(filter.client) else {
            throw .busy("as many listings wait as may at once: ask again in a moment")
        }
        do {
            let (page, took) = try await connections[connection].read { [configuration, clock] database in
                let began = clock.now()
                let page = try ListWalk.page(database, filter, ListBudget(configuration, clock))
                return (page, clock.now() - began)
            }
            rest(for: took, filter.client, connection)
            return page
        } catch {
            leave(filter.client, connection)
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
