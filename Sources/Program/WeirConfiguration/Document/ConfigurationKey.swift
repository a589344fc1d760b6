/// Every key of the file, by the mapping it stands in. What is not here is unknown.
enum ConfigurationKey {
    enum Root: String, CaseIterable {
        case server, storage, apps, clients, breaker, retry, queue, relay, upstream, log, tracing, alerts
    }

    enum Server: String, CaseIterable {
        case api, admin
        case adminKey = "admin_key"
    }

    enum Storage: String, CaseIterable {
        case path, keep
    }

    enum Keep: String, CaseIterable {
        case bodies, sent, failed, dead
    }

    enum App: String, CaseIterable {
        case appid, secret
        case secretFile = "secret_file"
        case hosts, limits
        case acceptAppSecret = "accept_app_secret"
    }

    enum Limit: String, CaseIterable {
        case rate, burst
    }

    enum Client: String, CaseIterable {
        case key, apps, apis, rate, priority
        case maxPriority = "max_priority"
        case retryClass = "retry_class"
        case errorCodes = "errcodes"
    }

    enum Breaker: String, CaseIterable {
        case window
        case minimumCalls = "minimum_calls"
        case failureRate = "failure_rate"
        case slowCall = "slow_call"
        case slowCallRate = "slow_call_rate"
        case open
        case openMax = "open_max"
        case probes
    }

    enum RetryClass: String, CaseIterable {
        case attempts, backoff
        case backoffMax = "backoff_max"
        case ladder
        case thenEvery = "then_every"
        case ladderJitter = "ladder_jitter"
        case maxAge = "max_age"
        case lifetime
    }

    enum Budget: String, CaseIterable {
        case ratio, floor
    }

    enum Queue: String, CaseIterable {
        case capacity
    }

    enum Relay: String, CaseIterable {
        case foreignTokens = "foreign_tokens"
        case errorCodes = "errcodes"
        case timeout
        case mediaTimeout = "media_timeout"
        case maxWaiting = "max_waiting"
        case maxWaitingBytes = "max_waiting_bytes"
    }

    enum Upstream: String, CaseIterable {
        case maxInFlight = "max_in_flight"
        case timeout
        case connectTimeout = "connect_timeout"
        case proxy
        case caFile = "ca_file"
    }

    enum Log: String, CaseIterable {
        case level
    }

    enum Tracing: String, CaseIterable {
        case endpoint, headers, ratio
    }

    enum Alerts: String, CaseIterable {
        case clients, sinks, routes
        case retryClass = "retry_class"
        case lifetime
    }

    enum AlertSink: String, CaseIterable {
        case type, rate, text, app, to, url, page, fields
        case templateID = "template_id"
        case accessToken = "access_token"
        case secret
        case atMobiles = "at_mobiles"
        case atAll = "at_all"
        case key, mentioned
        case mentionedMobiles = "mentioned_mobiles"
    }

    enum AlertRoute: String, CaseIterable {
        case match, to
    }

    /// In `retry`, beside the classes' names.
    static let retrySettings = ["default", "budget"]
    /// In `apps.NAME.limits`, beside the paths.
    static let defaultLimit = "default"

    /// All keys as dotted paths, names that the file chooses in capitals: `apps.APP.secret`.
    static var paths: [String] {
        func section(_ path: String, _ keys: [String]) -> [String] { [path] + keys.map { "\(path).\($0)" } }
        return section("server", names(Server.self)) + section("storage", names(Storage.self))
            + section("storage.keep", names(Keep.self)).dropFirst() + section("apps", [])
            + section("apps.APP", names(App.self)).dropFirst() + ["apps.APP.limits.default"]
            + section("apps.APP.limits.PATH", names(Limit.self)).dropFirst() + section("clients", [])
            + section("clients.CLIENT", names(Client.self)).dropFirst() + section("breaker", names(Breaker.self))
            + section("retry", retrySettings) + section("retry.CLASS", names(RetryClass.self)).dropFirst()
            + section("retry.budget", names(Budget.self)).dropFirst() + section("queue", names(Queue.self))
            + section("relay", names(Relay.self)) + section("upstream", names(Upstream.self))
            + section("log", names(Log.self)) + section("tracing", names(Tracing.self))
            + alertPaths
    }

    private static var alertPaths: [String] {
        ["alerts"] + names(Alerts.self).map { "alerts.\($0)" }
            + names(AlertSink.self).map { "alerts.sinks.SINK.\($0)" }
            + names(AlertRoute.self).map { "alerts.routes.ROUTE.\($0)" }
    }

    static func names<Key: CaseIterable & RawRepresentable<String>>(_ keys: Key.Type) -> [String] {
        keys.allCases.map(\.rawValue)
    }
}
