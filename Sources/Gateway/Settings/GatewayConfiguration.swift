public import Addressing
public import Alerting
public import Delivering
public import Resilience
public import WeirPorts

/// Everything that a file can set. A plain value: reading it from YAML is the executable's work, and embedding a gateway in
/// another program needs no file.
public struct GatewayConfiguration: Equatable, Sendable {
    /// Where the gateway listens.
    public var server = ServerConfiguration()
    /// Who may operate it.
    public var admin = AdminConfiguration()
    /// Where the journal is, and how long messages are kept.
    public var storage = StorageConfiguration()
    /// By name. At least one.
    public var apps: [String: AppConfiguration] = [:]
    /// By name. None means: whoever reaches the api listener on loopback is served.
    public var clients: [String: ClientConfiguration] = [:]
    /// By name: who hears of what WeChat pushes.
    public var subscribers: [String: SubscriberConfiguration] = [:]
    /// When breakers open and close: one policy for all of them.
    public var breaker = BreakerConfiguration()
    /// The retry classes, and how many retries are allowed.
    public var retry = RetryConfiguration()
    /// How many messages may wait.
    public var queue = QueueConfiguration()
    /// How relayed calls are treated.
    public var relay = RelayConfiguration()
    /// Limits and addresses of the way to WeChat.
    public var upstream = UpstreamConfiguration()
    /// What is logged.
    public var log = LogConfiguration()
    /// Where traces go, and which.
    public var tracing = TracingConfiguration()
    /// Where the notifications of an Alertmanager go.
    public var alerts = AlertConfiguration()

    /// Every default, and no app: it needs one before it is of use.
    public init() {}
}

/// The listeners.
public struct ServerConfiguration: Equatable, Sendable {
    /// Where internal clients reach the relay and the messages API.
    public var api = HostPort(host: "127.0.0.1", port: 8080)
    /// Where metrics, health and the admin API are served.
    public var admin = HostPort(host: "127.0.0.1", port: 8081)
    /// Where WeChat pushes its events, the only listener that it reaches; `nil` for none.
    public var callback: HostPort?
    /// What admin calls must carry as `Authorization: Bearer`; without it only loopback peers may do more than scrape.
    public var adminKey: String?

    /// The api and the admin listener on loopback, without an admin key and without a callback listener.
    public init() {}
}

/// What is logged, to standard error.
public struct LogConfiguration: Equatable, Sendable {
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`.
    public var level = "info"

    /// The level `info`.
    public init() {}
}

/// The journal's place on disk.
public struct StorageConfiguration: Equatable, Sendable {
    /// A folder of Weir's own, made with mode 0700 when it is missing.
    public var path = "./weir-data"
    /// How long messages and their bodies are kept after their end.
    public var keep = Retention()

    /// The folder `weir-data` below the working directory.
    public init() {}
}

/// The one queue's bounds.
public struct QueueConfiguration: Equatable, Sendable {
    /// Messages that may wait; a tenth of it is kept for `urgent` and `high`.
    public var capacity = 1_000_000

    /// Room for a million messages.
    public init() {}
}

/// Where traces go and which.
public struct TracingConfiguration: Equatable, Sendable {
    /// The base of an OTLP/HTTP collector such as `http://127.0.0.1:4318`, to which `/v1/traces` is appended unless it
    /// ends so; `nil` for no traces at all.
    public var endpoint: String?
    /// Sent with each request to the collector, names in lower case. The values are secrets.
    public var headers: [String: String] = [:]
    /// How requests to the collector are packed.
    public enum Compression: String, CaseIterable, Sendable {
        case gzip, none
    }

    /// How requests to the collector are packed; `nil` leaves it to the environment, and is `gzip` without it.
    public var compression: Compression?
    /// The share of traces, 0 to 1, that is exported where a caller does not decide; `nil` leaves it to the environment, and is
    /// `usualRatio` without it.
    public var ratio: Double?
    /// Traces with a failure that are exported besides; `nil` for none.
    public var failures: RateLimit? = usualFailures
    /// Attributes of the resource, such as `deployment.environment.name`, beside Weir's own or in their place.
    public var resource: [String: String] = [:]

    /// One trace in a hundred.
    public static let usualRatio = 0.01
    /// One failure a second, after a minute's worth at once.
    public static let usualFailures = RateLimit(permits: 60, per: .seconds(60), burst: 60)

    /// No traces, until `endpoint` is set.
    public init() {}
}

/// The retry classes and the budget that they share, for each app.
public struct RetryConfiguration: Equatable, Sendable {
    /// By name; `consistent`, `available` and `async` always exist.
    public var classes: [String: RetryPolicy] = [
        "consistent": .consistent, "available": .available, "async": .asynchronous,
    ]
    /// For a call or message that names none.
    public var defaultClass = "available"
    /// How many retries each app may make beside its calls.
    public var budget = RetryBudgetPolicy()

    /// The three classes that always exist, with `available` where none is named.
    public init() {}
}

extension RetryPolicy {
    /// Tier 1, strong consistency: a payment notice.
    public static let consistent = RetryPolicy(
        fastAttempts: 3,
        backoff: Backoff(base: .milliseconds(200), factor: 2, cap: .seconds(10), jitter: .full),
        ladder: [.seconds(15), .seconds(60), .seconds(300)],
        maxAge: .seconds(15 * 60)
    )

    /// Tier 2, high availability: a service call.
    public static let available = RetryPolicy(
        fastAttempts: 5,
        backoff: Backoff(base: .milliseconds(500), factor: 2, cap: .seconds(10), jitter: .full),
        ladder: [.seconds(60), .seconds(300), .seconds(1800)],
        maxAge: .seconds(2 * 3600)
    )

    /// Tier 3, asynchronous: a log, a campaign.
    public static let asynchronous = RetryPolicy(
        fastAttempts: 1,
        backoff: Backoff(base: .seconds(5), factor: 2, cap: .seconds(10), jitter: .full),
        ladder: [.seconds(5), .seconds(60), .seconds(300), .seconds(1800), .seconds(7200)],
        thereafter: .seconds(6 * 3600),
        ladderJitter: 0.2,
        lifetime: .seconds(3 * 24 * 3600)
    )
}
