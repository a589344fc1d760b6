/// Every key of the file, by the mapping it stands in. What is not here is unknown.
enum ConfigurationKey {
    enum Root: String, CaseIterable {
        case server, admin, storage, apps, clients, subscribers, breaker, retry, queue, relay, upstream, log, tracing,
            alerts
    }

    enum Server: String, CaseIterable {
        case api, admin, callback
        case adminKey = "admin_key"
    }

    enum Admin: String, CaseIterable {
        case keys
    }

    /// Of an operator.
    enum Operator: String, CaseIterable {
        case key, role
    }

    enum Storage: String, CaseIterable {
        case path, keep
    }

    enum Keep: String, CaseIterable {
        case bodies, sent, failed, dead, audit
    }

    enum App: String, CaseIterable {
        case appid, secret
        case secretFile = "secret_file"
        case hosts, limits, quota
        case acceptAppSecret = "accept_app_secret"
        case callback, receipts, suppress
        case quietHours = "quiet_hours"
        case caps
    }

    enum Callback: String, CaseIterable {
        case path, token
        case aesKey = "aes_key"
        case mode
    }

    enum Cap: String, CaseIterable {
        case type, per, limit
    }

    enum QuietHours: String, CaseIterable {
        case from, to, zone, except
    }

    enum Receipts: String, CaseIterable {
        case missingAfter = "missing_after"
    }

    enum Suppress: String, CaseIterable {
        case template, subscribe
        case miniProgram = "mini_program"
        case custom
        case `for`
    }

    /// Beside the paths.
    enum Limits: String, CaseIterable {
        case `default`
    }

    enum Limit: String, CaseIterable {
        case rate, burst
    }

    /// Of a path's calls a day.
    enum Quota: String, CaseIterable {
        case limit, reserve
    }

    enum Client: String, CaseIterable {
        case key, apps, apis, rate, weight, priority
        case maxPriority = "max_priority"
        case retryClass = "retry_class"
        case errorCodes = "errcodes"
        case budgets, events, callbacks
        case callbackSecret = "callback_secret"
    }

    /// Of a client, for a day.
    enum ClientBudget: String, CaseIterable {
        case app, api, limit, soft, mode
    }

    enum Subscriber: String, CaseIterable {
        case url, secret, apps, events, format
    }

    /// Of a client.
    enum Events: String, CaseIterable {
        case secret, map
    }

    /// Of an event type.
    enum EventRule: String, CaseIterable {
        case app, type
        case templateID = "template_id"
        case to, priority
        case retryClass = "retry_class"
        case data, url, page, text
    }

    enum Breaker: String, CaseIterable {
        case window
        case minimumCalls = "minimum_calls"
        case failureRate = "failure_rate"
        case consecutiveFailures = "consecutive_failures"
        case slowCall = "slow_call"
        case slowCallRate = "slow_call_rate"
        case open
        case openMax = "open_max"
        case probes
    }

    /// Beside the classes' names.
    enum Retry: String, CaseIterable {
        case `default`, budget
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
        case endpoint, headers, compression, ratio, failures, resource
    }

    enum Alerts: String, CaseIterable {
        case clients, sinks, routes
        case retryClass = "retry_class"
        case lifetime
    }

    enum AlertSink: String, CaseIterable {
        case type, language, rate, app, to, parties, tags, corpid, agentid
        case templateID = "template_id"
        case accessToken = "access_token"
        case key, token, secret, url, headers, page, fields, format, text, body, parts
        case atMobiles = "at_mobiles"
        case atAll = "at_all"
        case mentioned
        case mentionedMobiles = "mentioned_mobiles"
    }

    enum AlertRoute: String, CaseIterable {
        case match, to
    }

    static func names<Key: CaseIterable & RawRepresentable<String>>(_ keys: Key.Type) -> [String] {
        keys.allCases.map(\.rawValue)
    }
}
