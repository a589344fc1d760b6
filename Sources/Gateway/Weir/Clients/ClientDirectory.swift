import Queueing
import Resilience
import WeChat

/// Who may use what: the clients and apps of one configuration, looked up by key, AppID and virtual token. A value; a reload makes a
/// new one.
struct ClientDirectory: Sendable {
    struct Identity: Equatable, Sendable {
        var caller: Caller
        /// The app's index.
        var app: Int
    }

    /// Names in the order of their indexes.
    let appNames: [String]
    private let configuration: GatewayConfiguration
    private let appsByID: [String: Int]
    private let appsByName: [String: Int]
    private let tokens: [String: Identity]
    private let callersByKey: [String: Caller]

    init(_ configuration: GatewayConfiguration, appNames: [String]) {
        self.configuration = configuration
        self.appNames = appNames
        appsByName = Dictionary(appNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var byID: [String: Int] = [:]
        for (index, name) in appNames.enumerated() {
            if let app = configuration.apps[name] { byID[app.appID] = index }
        }
        appsByID = byID
        var byKey: [String: Caller] = [:]
        for (name, client) in configuration.clients {
            for key in client.keys { byKey[key] = Caller(name: name) }
        }
        callersByKey = byKey
        tokens = ClientDirectory.tokens(configuration, appNames: appNames)
    }

    /// Every token that is valid, of which there are apps × clients × keys: looking one up costs no cryptography.
    private static func tokens(_ configuration: GatewayConfiguration, appNames: [String]) -> [String: Identity] {
        var tokens: [String: Identity] = [:]
        for (index, name) in appNames.enumerated() {
            guard let app = configuration.apps[name] else { continue }
            for (client, settings) in configuration.clients where settings.apps?.contains(name) ?? true {
                for key in settings.keys {
                    let token = VirtualToken.make(app: name, appID: app.appID, client: client, key: key)
                    tokens[token] = Identity(caller: Caller(name: client), app: index)
                }
            }
            guard configuration.clients.isEmpty || app.acceptAppSecret else { continue }
            let token = VirtualToken.make(app: name, appID: app.appID, client: "", key: app.secret)
            tokens[token] = Identity(caller: Caller(name: ""), app: index)
        }
        return tokens
    }

    var hasClients: Bool { !configuration.clients.isEmpty }

    /// Whose virtual token this is.
    func identity(token: String) -> Identity? {
        tokens[token]
    }

    /// Whose key this is.
    func caller(key: String) -> Caller? {
        callersByKey[key]
    }

    func client(_ caller: Caller) -> ClientConfiguration? {
        configuration.clients[caller.name]
    }

    /// `nil` for the index that stands for calls with a token of their own, and for an app that is gone.
    func app(_ index: Int) -> AppConfiguration? {
        appNames.indices.contains(index) ? configuration.apps[appNames[index]] : nil
    }

    /// Whether any app's `limits` name this path.
    func limits(_ path: String) -> Bool {
        configuration.apps.values.contains { $0.limits[path] != nil }
    }

    func appIndex(appID: String) -> Int? {
        appsByID[appID]
    }

    /// An app by its name or AppID.
    func appIndex(_ nameOrID: String) -> Int? {
        appsByName[nameOrID] ?? appsByID[nameOrID]
    }

    /// Whether `caller` may use the app.
    func allows(_ caller: Caller, app: Int) -> Bool {
        guard hasClients else { return true }
        guard let client = configuration.clients[caller.name] else {
            return self.app(app)?.acceptAppSecret ?? false
        }
        return client.apps?.contains(appNames[app]) ?? true
    }

    /// Whether `caller` may call the api, through the relay as well as by a message: what is denied only if its `apis` list it.
    func mayCall(_ api: APIDescriptor, caller: Caller) -> Bool {
        !api.isDenied || !hasClients || client(caller)?.apis.contains(api.label) ?? false
    }

    /// The only app that `caller` may use, for requests that name none.
    func onlyApp(of caller: Caller) -> Int? {
        let allowed = appNames.indices.filter { configuration.apps[appNames[$0]] != nil && allows(caller, app: $0) }
        return allowed.count == 1 ? allowed[0] : nil
    }

    /// The virtual token that `secret` buys for an AppID: a client's key, or the app's own secret where that is taken.
    func virtualToken(appID: String, secret: String) -> String? {
        guard let index = appsByID[appID], let app = app(index) else { return nil }
        let name = appNames[index]
        if let caller = callersByKey[secret], allows(caller, app: index) {
            return VirtualToken.make(app: name, appID: appID, client: caller.name, key: secret)
        }
        guard secret == app.secret, !hasClients || app.acceptAppSecret else { return nil }
        return VirtualToken.make(app: name, appID: appID, client: "", key: secret)
    }

    /// The priority in force: what is asked for, else the client's, but never above what it may have.
    func priority(_ asked: Priority?, caller: Caller) -> Priority {
        let client = client(caller)
        return max(asked ?? client?.priority ?? .normal, client?.maxPriority ?? .urgent)
    }
}
