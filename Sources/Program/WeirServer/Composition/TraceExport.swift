import CurlTransport
import Logging
public import OTLPTracing
import Synchronization
import Timekeeping
public import Weir

/// Where spans go when a collector is configured: a tracer, and a way out of its own, so that a slow collector is nobody else's trouble
/// and no proxy for WeChat stands before it.
struct TraceExport: Sendable {
    let tracer: OTLPTracer
    private let exporter: OTLPExporter
    private let transport: CurlTransport
    private let counter: SpanCounter

    /// What the file says, over what the environment says, over the defaults; `nil` where there is no collector, or
    /// `OTEL_SDK_DISABLED` is set. What the environment says wrongly is logged.
    static func options(
        _ configuration: TracingConfiguration,
        _ environment: OTLPEnvironment,
        logger: Logger
    ) -> OTLPConfiguration? {
        guard !environment.isDisabled, configuration.endpoint != nil || environment.endpoint != nil else { return nil }
        for problem in environment.problems {
            logger.warning("an environment variable for traces can't be used", metadata: ["problem": "\(problem)"])
        }
        var options = OTLPConfiguration()
        options.schemaURL = "https://opentelemetry.io/schemas/1.44.0"
        options.serviceVersion = Version.current
        options.serviceInstanceID = String(UInt64.random(in: .min ... .max), radix: 16)
        options.take(environment)
        if let endpoint = configuration.endpoint {
            options.endpoint = endpoint
            options.isWholeAddress = false
        }
        if !configuration.headers.isEmpty { options.headers = configuration.headers }
        if let compression = configuration.compression { options.compression = compression == .gzip ? .gzip : .none }
        if let ratio = configuration.ratio {
            options.ratio = ratio
            options.ignoresCallersChoice = false
        }
        options.failures = configuration.failures
        options.resource.merge(configuration.resource) { $1 }
        return options
    }

    init(
        _ options: OTLPConfiguration,
        caFile: String?,
        time: any TimeSource,
        logger: Logger
    ) throws(CurlSetupError) {
        transport = try CurlTransport(configuration: CurlConfiguration(caFile: caFile))
        let complaints = NewsFilter()
        let counter = SpanCounter()
        self.counter = counter
        exporter = OTLPExporter(options, sender: CollectorTransport(transport: transport), time: time) { report in
            switch report {
            case .exported(let count): counter.count(count, result: TraceExport.exported)
            case .dropped(let count, let reason):
                counter.count(count, result: reason.rawValue)
                guard complaints.isNews("dropped", at: time.now()) else { return }
                logger.warning(
                    "spans are dropped on their way to the collector",
                    metadata: ["reason": "\(reason.rawValue)"]
                )
            }
        }
        tracer = OTLPTracer(options, exporter: exporter, time: time)
    }

    private static let exported = "exported"
    private static let results = [exported] + OTLPReport.Reason.allCases.map(\.rawValue)

    /// Counts in `metrics` what becomes of the spans. To be called before there are any: the gateway that has the metrics
    /// wants the tracer first.
    func count(in metrics: GatewayMetrics) {
        for result in TraceExport.results { metrics.spans(0, result: result) }
        counter.set(metrics)
    }

    /// Sends what is left, for a few seconds.
    func close() async {
        await exporter.shutdown()
        transport.shutdown()
    }
}

/// A gateway makes what a span says only where this tracer exports it.
extension OTLPSpan: SelectiveSpan {
    /// As its trace was chosen.
    public var isSampled: Bool { spanContext.isSampled }
}

/// Where the exporter reports to.
private final class SpanCounter: Sendable {
    private let metrics = Mutex<GatewayMetrics?>(nil)

    func set(_ metrics: GatewayMetrics) {
        self.metrics.withLock { $0 = metrics }
    }

    func count(_ spans: Int, result: String) {
        metrics.withLock { $0 }?.spans(spans, result: result)
    }
}

/// Spans leave by the transport that everything leaves by.
struct CollectorTransport: OTLPSender {
    let transport: any Transport

    /// Bytes of a collector's answer that are read.
    private static let replyLimit = 64 << 10

    func send(_ request: OTLPRequest, completion: @escaping @Sendable (OTLPReply) -> Void) {
        guard let (origin, target) = CollectorTransport.split(request.url) else { return completion(.failed) }
        let upstream = UpstreamRequest(
            method: "POST",
            origin: origin,
            target: target,
            headers: request.headers.map { HeaderField($0.name, $0.value) },
            body: request.body,
            timeout: request.timeout,
            connectTimeout: .seconds(1),
            replyLimit: CollectorTransport.replyLimit
        )
        transport.send(upstream) { result in
            guard case .success(let reply) = result else { return completion(.failed) }
            let seconds = reply.header("retry-after").flatMap { Int($0) }
            completion(.answered(status: reply.status, retryAfter: seconds.map { .seconds($0) }, body: reply.body))
        }
    }

    /// Scheme and authority, and what comes behind them.
    static func split(_ url: String) -> (origin: String, target: String)? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let rest = url[scheme.upperBound...]
        guard let slash = rest.firstIndex(of: "/"), slash > rest.startIndex else { return nil }
        return (String(url[..<slash]), String(url[slash...]))
    }
}
