public import Resilience

/// Where spans go, which, and how much may wait for it.
public struct OTLPConfiguration: Equatable, Sendable {
    /// How a request's body is packed.
    public enum Compression: String, CaseIterable, Sendable {
        /// By gzip, from 1,024 bytes on.
        case gzip
        /// Not at all.
        case none
    }

    /// A collector's base such as `http://127.0.0.1:4318`; `/v1/traces` is appended unless it ends so already.
    public var endpoint = "http://127.0.0.1:4318"
    /// Whether `endpoint` is the whole address, to which nothing is appended.
    public var isWholeAddress = false
    /// Sent with each request, such as a collector's key. Their values are secrets.
    public var headers: [String: String] = [:]
    /// How requests are packed. Every receiver of OTLP must be able to read both.
    public var compression = Compression.gzip
    /// The share of traces, 0 to 1, that is chosen where a trace begins here.
    public var ratio = 0.01
    /// Whether the ratio decides for traces that began elsewhere, too, whatever their caller chose.
    public var ignoresCallersChoice = false
    /// Failed traces that are exported although they were not chosen; `nil` for none.
    public var failures: RateLimit? = RateLimit(permits: 60, per: .seconds(60), burst: 60)
    /// Spans of one failed trace that are exported at most, those included that were held.
    public var spansOfFailure = 128

    /// The conventions that the spans keep to, such as `https://opentelemetry.io/schemas/1.44.0`; left out if `nil`.
    public var schemaURL: String?
    /// Attributes of the resource beside those below, or in their place.
    public var resource: [String: String] = [:]
    /// `service.name`.
    public var serviceName = "weir"
    /// `service.version`; left out if `nil`.
    public var serviceVersion: String?
    /// `service.instance.id`, which tells processes of one service apart; left out if `nil`.
    public var serviceInstanceID: String?

    /// How much one span may hold.
    public var limits = SpanLimits()
    /// Spans of unsampled traces that are held in case their trace fails.
    public var heldSpans = 4096
    /// Failed unsampled traces that are remembered, so that their later spans are exported too.
    public var rescuedTraces = 1024

    /// Spans that wait for their request, beside those under way; more are dropped.
    public var queueCapacity = 2048
    /// Spans of one request.
    public var batchSize = 512
    /// How long a span waits for others.
    public var batchDelay: Duration = .seconds(2)
    /// How long one request may take; the sender keeps to it.
    public var requestTimeout: Duration = .seconds(10)
    /// The wait after the first failure; it doubles with each further one.
    public var backoff: Duration = .seconds(1)
    /// The longest that this wait becomes; a `Retry-After` may ask for more.
    public var backoffMax: Duration = .seconds(30)
    /// The longest `Retry-After` that is believed.
    public var retryAfterMax: Duration = .seconds(60)
    /// How long a batch is retried before it is dropped.
    public var retryFor: Duration = .seconds(300)
    /// How long a shutdown may take to send what waits.
    public var shutdownTimeout: Duration = .seconds(5)

    /// A collector on this machine, 1 % of the traces, and no headers.
    public init() {}

    /// Bytes from which on a body is worth packing.
    static let compressedFrom = 1024

    /// The address that requests go to.
    var url: String {
        if isWholeAddress { return endpoint }
        var base = endpoint[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        return base.hasSuffix("/v1/traces") ? String(base) : base + "/v1/traces"
    }
}
