import Queueing
import Synchronization
public import Timekeeping
public import WeChat
import WeirPorts

/// The tickets of all apps: for each app and type one keeper, made when the first caller wants a ticket.
package final class TicketOffice: Sendable {
    package static let path = "/cgi-bin/ticket/getticket"
    private static let api = APICatalog.descriptor(method: "GET", path: path)

    /// A slot is of one stay of an account: an app that left, or has another AppID, has other keepers.
    private struct Key: Hashable {
        var app: AppSlot
        var type: TicketType
    }

    private struct Entry {
        var name: String
        var keeper: TicketKeeper
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var made: UInt64 = 0
        var isStopped = false
    }

    /// How long a request of Weir's own for a ticket may take, its wait for a token included: as long as an SDK waits for its answer.
    private static let patience = Duration.milliseconds(4500)

    private let state = Mutex(State())
    private let dispatcher: Dispatcher
    private let time: any TimeSource
    private let seed: UInt64

    package init(dispatcher: Dispatcher, time: any TimeSource, seed: UInt64) {
        self.dispatcher = dispatcher
        self.time = time
        self.seed = seed
    }

    /// The app's ticket: the one that is kept, or the one that WeChat gives now, for which all wait together.
    package func ticket(_ type: TicketType, of app: AppSlot, named name: String) async -> TicketAnswer {
        await keeper(Key(app: app, type: type), name)?.ticket() ?? .none(.overloaded)
    }

    private func keeper(_ key: Key, _ name: String) -> TicketKeeper? {
        let now = time.now()
        return state.withLock { state in
            if let known = state.entries[key] { return known.keeper }
            guard !state.isStopped else { return nil }
            // Those of apps that left are wanted by nobody.
            for (key, entry) in state.entries where entry.keeper.isIdle(at: now) {
                entry.keeper.stop()
                state.entries[key] = nil
            }
            state.made += 1
            let keeper = TicketKeeper(time: time, seed: seed &+ state.made) { [weak self] completion in
                guard let self else { return completion(.overloaded) }
                request(key, completion)
            }
            state.entries[key] = Entry(name: name, keeper: keeper)
            return keeper
        }
    }

    private func request(_ key: Key, _ completion: @escaping @Sendable (RelayEnd) -> Void) {
        let call = RelayCall(
            method: "GET",
            targetPrefix: TicketOffice.path + "?access_token=",
            targetSuffix: "&type=\(key.type.rawValue)",
            usesToken: true,
            headers: [],
            content: .bytes([]),
            app: key.app,
            api: TicketOffice.api,
            deadline: time.now() + TicketOffice.patience,
            isRepeatable: true,
            path: TicketOffice.path,
            trail: Trail(waitingSince: time.timestamp()),
            isPromised: false,
            completion: completion
        )
        _ = dispatcher.relay(call, priority: .high, retryClass: "available")
    }

    /// Those that are kept now, by app and type.
    package func expiries() -> [TicketExpiry] {
        let now = time.moment()
        return state.withLock { $0.entries }
            .compactMap { key, entry in
                entry.keeper.expiry(at: now).map { TicketExpiry(app: entry.name, type: key.type, at: $0) }
            }
            .sorted { ($0.app, $0.type.rawValue) < ($1.app, $1.type.rawValue) }
    }

    package func stop() {
        let entries = state.withLock { state in
            state.isStopped = true
            return state.entries
        }
        for entry in entries.values { entry.keeper.stop() }
    }
}

/// Until when a ticket that is kept is good.
public struct TicketExpiry: Equatable, Sendable {
    /// The app's name.
    public var app: String
    /// Which of its tickets.
    public var type: TicketType
    /// When it ends.
    public var at: Timestamp
}
