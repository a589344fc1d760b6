import Budgeting
package import Dispatching
package import Queueing
package import Resilience
package import Settings
import Synchronization
package import Timekeeping
package import WeChat

/// Who may use what: the clients and apps of one configuration, looked up by key, AppID and virtual token. A reload makes a new one,
/// at a cost that follows the apps and clients and not the pairs of them.
package final class ClientDirectory: Sendable {
    package struct Identity: Sendable {
        package var caller: Caller
        package var app: ConfiguredApp
    }

    /// The name of what stands for calls that bring a token of their own, a metric label; no app's name has a dash in front.
    package static let foreignApp = "-foreign"

    /// Stands for calls that bring a token of their own.
    package let foreign: ConfiguredApp
    /// How many clients sign events.
    package let signers: Int
    private let clients: [String: ClientConfiguration]
    private let apps: [String: ConfiguredApp]
    private let appsByID: [String: ConfiguredApp]
    private let callersByKey: [String: Caller]
    /// Paths that some app's `limits` or `quota` or some client's `budgets` name.
    private let limitedPaths: Set<String>
    /// Virtual tokens that were found to be good: looking one up again costs no cryptography. There are as many as apps, clients and
    /// keys make, of which few are used.
    private let tokens = Mutex<[String: Identity]>([:])

    /// - Parameter slots: where the dispatcher keeps the apps, by name, and what stands for calls with foreign tokens.
    init(_ configuration: GatewayConfiguration, slots: [String: AppSlot]) {
        let nowhere = AppSlot.nowhere
        clients = configuration.clients
        signers = configuration.clients.values.count { $0.events != nil }
        apps = configuration.apps.reduce(into: [:]) { apps, entry in
            let slot = slots[entry.key] ?? nowhere
            apps[entry.key] = ConfiguredApp(name: entry.key, configuration: entry.value, slot: slot)
        }
        appsByID = apps.values.reduce(into: [:]) { $0[$1.configuration.appID] = $1 }
        callersByKey = configuration.clients.reduce(into: [:]) { callers, client in
            for key in client.value.keys { callers[key] = Caller(name: client.key) }
        }
        let budgeted = Set(configuration.clients.values.flatMap(\.budgets).compactMap(\.api))
        limitedPaths = configuration.apps.values.reduce(into: budgeted) { paths, app in
            paths.formUnion(app.limits.keys)
            paths.formUnion(app.quotas.keys)
        }
        foreign = ConfiguredApp(
            name: ClientDirectory.foreignApp,
            configuration: AppConfiguration(appID: "", secret: ""),
            slot: slots[ClientDirectory.foreignApp] ?? nowhere
        )
    }

    package var hasClients: Bool { !clients.isEmpty }

    /// Whose virtual token this is.
    package func identity(token: String) -> Identity? {
        if let known = tokens.withLock({ $0[token] }) { return known }
        guard let identity = prove(token) else { return nil }
        tokens.withLock { $0[token] = identity }
        return identity
    }

    /// Makes the token anew, under each key that it may have been made with.
    private func prove(_ token: String) -> Identity? {
        for (name, client) in VirtualToken.names(in: token) {
            guard let app = apps[name], allows(Caller(name: client), app: app) else { continue }
            let keys = client.isEmpty ? [app.configuration.secret] : clients[client]?.keys ?? []
            for key in keys
            where VirtualToken.isMade(token, app: name, appID: app.configuration.appID, client, key: key) {
                return Identity(caller: Caller(name: client), app: app)
            }
        }
        return nil
    }

    /// Whose key this is.
    package func caller(key: String) -> Caller? {
        callersByKey[key]
    }

    package func client(_ caller: Caller) -> ClientConfiguration? {
        clients[caller.name]
    }

    /// Whether any app's `limits` or `quota`, or any client's `budgets`, name this path.
    package func limits(_ path: String) -> Bool {
        limitedPaths.contains(path)
    }

    package func app(appID: String) -> ConfiguredApp? {
        appsByID[appID]
    }

    /// An app by its name or AppID.
    package func app(_ nameOrID: String) -> ConfiguredApp? {
        apps[nameOrID] ?? appsByID[nameOrID]
    }

    /// Whether `caller` may use the app.
    package func allows(_ caller: Caller, app: ConfiguredApp) -> Bool {
        guard hasClients else { return true }
        guard let client = clients[caller.name] else {
            return caller.name.isEmpty && app.configuration.acceptAppSecret
        }
        return client.apps?.contains(app.name) ?? true
    }

    /// The names of the apps that `caller` may use; `nil` for all of them.
    package func apps(of caller: Caller) -> [String]? {
        guard hasClients else { return nil }
        guard let client = clients[caller.name] else {
            return apps.values.filter { allows(caller, app: $0) }.map(\.name)
        }
        return client.apps.map { $0.filter { apps[$0] != nil } }
    }

    /// Whether `caller` may call the api, through the relay as well as by a message: what is denied only if its `apis` list it.
    package func mayCall(_ api: APIDescriptor, caller: Caller) -> Bool {
        !api.isDenied || !hasClients || client(caller)?.apis.contains(api.label) ?? false
    }

    /// The only app that `caller` may use, for requests that name none.
    package func onlyApp(of caller: Caller) -> ConfiguredApp? {
        if let names = clients[caller.name]?.apps {
            let allowed = Set(names).compactMap { apps[$0] }
            return allowed.count == 1 ? allowed[0] : nil
        }
        guard apps.count == 1, let only = apps.first?.value, allows(caller, app: only) else { return nil }
        return only
    }

    /// The virtual token that `secret` buys for an AppID: a client's key, or the app's own secret where that is taken.
    package func virtualToken(appID: String, secret: String) -> String? {
        guard let app = appsByID[appID] else { return nil }
        if let caller = callersByKey[secret], allows(caller, app: app) {
            return VirtualToken.make(app: app.name, appID: appID, client: caller.name, key: secret)
        }
        guard secret == app.configuration.secret, !hasClients || app.configuration.acceptAppSecret else { return nil }
        return VirtualToken.make(app: app.name, appID: appID, client: "", key: secret)
    }

    /// The priority in force: what is asked for, else the client's, but never above what it may have.
    package func priority(_ asked: Priority?, caller: Caller) -> Priority {
        let client = client(caller)
        return max(asked ?? client?.priority ?? .normal, client?.maxPriority ?? .urgent)
    }
}

/// Who is calling: a configured client, or whoever reaches the listener where none is configured.
public struct Caller: Hashable, Sendable {
    /// The client's name; empty where no clients are configured.
    public var name: String
    /// What was in force when it was let in: its request goes by that to the end. `nil` for one that nobody let in.
    var settings: LiveSettings?

    /// A caller that the program itself vouches for, without a key. The empty name is for where no clients are
    /// configured.
    public init(name: String) {
        self.name = name
    }

    package init(name: String, by settings: LiveSettings) {
        self.name = name
        self.settings = settings
    }

    /// Whoever the admin listener let in, or the program itself in that place: sees and changes all clients' messages.
    ///
    /// - Parameter why: their own words, kept with what they cancel; the first 200 bytes are kept.
    public static func `operator`(because why: String? = nil) -> Caller {
        var caller = Caller(name: "")
        caller.operatorReason = Cause.words(why)
        return caller
    }

    /// Why an operator does what is asked; `nil` for a client.
    private var operatorReason: String?

    /// Whether this is an operator and no client.
    package var isOperator: Bool { operatorReason != nil }

    /// What a message's `reason` says when this caller cancels it.
    package var cancelling: String {
        switch operatorReason {
        case nil: "cancelled by its client"
        case Cause.byOperator: "cancelled by an operator"
        case let why?: "cancelled by an operator: \(why)"
        }
    }

    /// The metric label.
    public var label: String { name.isEmpty ? "none" : name }

    public static func == (left: Caller, right: Caller) -> Bool {
        left.name == right.name && left.isOperator == right.isOperator
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// An app as one configuration has it: what the clients' requests need to know of it, handed on by reference.
package final class ConfiguredApp: Sendable {
    package let name: String
    package let configuration: AppConfiguration
    /// Its place with the dispatcher, as long as it is this very account.
    package let slot: AppSlot

    init(name: String, configuration: AppConfiguration, slot: AppSlot) {
        self.name = name
        self.configuration = configuration
        self.slot = slot
    }
}

/// The clients' own rates: how fast each may hand over calls and messages.
package final class ClientGate: Sendable {
    private let buckets = Mutex<[String: TokenBucket]>([:])
    private let time: any TimeSource
    private let observer: any ClientObserver

    package init(time: any TimeSource, observer: any ClientObserver) {
        self.time = time
        self.observer = observer
    }

    /// `nil` when the client may go on; else how long it must wait.
    package func wait(for caller: Caller, limit: RateLimit?, permits: Int = 1) -> Duration? {
        guard let limit else { return nil }
        let now = time.now()
        let decision = buckets.withLock { buckets -> Decision in
            if buckets[caller.name] == nil { buckets[caller.name] = TokenBucket(limit, at: now) }
            if buckets[caller.name]?.limit != limit { buckets[caller.name]?.update(limit, at: now) }
            return buckets[caller.name]?.take(permits, at: now) ?? .granted
        }
        if decision == .granted { return nil }
        observer.clientRefused(caller)
        switch decision {
        case .granted: return nil
        case .wait(let wait): return wait
        case .never: return limit.per
        }
    }

    /// How many permits a client has, and how long it is until it has as many as it may have.
    func standing(of caller: Caller, limit: RateLimit) -> (left: Int, full: Duration) {
        let now = time.now()
        return buckets.withLock { buckets in
            let bucket = buckets[caller.name] ?? TokenBucket(limit, at: now)
            return (bucket.available(at: now), bucket.wait(for: limit.burst, at: now))
        }
    }
}

/// Who is told of clients that ask for too much: metrics.
package protocol ClientObserver: Sendable {
    /// A call or message was refused because its client was over its rate.
    func clientRefused(_ caller: Caller)
}

/// The configuration in force, and what is looked up in it. It never changes: a reload puts another one in its place. Whoever answers
/// a request reads it once, at the beginning, and goes by it to the end.
package final class LiveSettings: Sendable {
    package let configuration: GatewayConfiguration
    package let directory: ClientDirectory

    package init(_ configuration: GatewayConfiguration, slots: [String: AppSlot]) {
        self.configuration = configuration
        directory = ClientDirectory(configuration, slots: slots)
    }

    /// Where the settings of the moment are found.
    package final class Holder: Sendable {
        private let settings: Mutex<LiveSettings>

        package init(_ settings: LiveSettings) {
            self.settings = Mutex(settings)
        }

        package var present: LiveSettings { settings.withLock { $0 } }

        /// What a caller's request goes by.
        package func settings(of caller: Caller) -> LiveSettings { caller.settings ?? present }

        package func replace(by settings: LiveSettings) {
            self.settings.withLock { $0 = settings }
        }
    }
}
