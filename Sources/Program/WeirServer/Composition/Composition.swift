import Addressing
import CoreMetrics
import CurlTransport
import HTTPServing
import Logging
import PrometheusMetrics
import Resilience
import SQLiteJournal
import ServiceLifecycle
import Timekeeping
import Weir
import WeirHTTP

/// Puts the gateway together: the only place where ports and adapters meet.
struct Composition {
    let gateway: Gateway
    let services: [any Service]

    /// Opens the journal and the transport; nothing is listened on before `services` run.
    ///
    /// - Parameter onBound: told of each listener's name and address.
    /// - Throws: `JournalError`, `CurlSetupError` or `MetricError`, each with one line for people.
    init(
        _ configuration: GatewayConfiguration,
        logger: Logger,
        level: LogLevel,
        source: ConfigurationSource?,
        onBound: @escaping @Sendable (String, HostPort) async -> Void
    ) throws {
        let limits = ProcessLimits.apply(maxInFlight: configuration.upstream.maxInFlight, logger: logger)
        let time = SystemTimeSource()
        let journal = try SQLiteJournal(path: configuration.storage.path, timeSource: time)
        let transport = try CurlTransport(
            configuration: CurlConfiguration(
                proxy: configuration.upstream.proxy,
                caFile: configuration.upstream.caFile,
                // The dispatcher keeps to max_in_flight, which a reload may change.
                maxConnections: limits.upstream
            )
        )
        let traces = try TraceExport(
            configuration.tracing,
            caFile: configuration.upstream.caFile,
            time: time,
            logger: logger
        )
        var options = Gateway.Options()
        options.time = time
        options.tracer = traces?.tracer
        options.logger = logger
        let gateway = try Gateway(
            configuration: configuration,
            transport: transport,
            journal: journal,
            options: options
        )
        gateway.metrics.registerRoutes()
        traces?.count(in: gateway.metrics)
        try ProcessMetrics.register(in: gateway.registry)
        // After Weir's own, whose names no library can take any more.
        MetricsSystem.bootstrap(PrometheusMetricsFactory(registry: gateway.registry, maximumLabelSets: 200))
        let reloader = Reloader(gateway: gateway, source: source, first: configuration, level: level, logger: logger)
        let api = APIHandler(gateway: gateway)
        let admin = AdminHandler(
            gateway: gateway,
            adminKey: { reloader.configuration.server.adminKey },
            reload: { await reloader.reload() }
        )
        self.gateway = gateway
        let bodies = ByteBudget(limit: ProcessLimits.bodyBytes)
        let listeners = [
            listener("admin", configuration.server.admin, limits.admin, bodies, logger, onBound) {
                await admin.answer($0)
            },
            listener("api", configuration.server.api, limits.api, bodies, logger, onBound) { await api.answer($0) },
        ]
        // Shut down from the end: first the gateway drains, answering refusals meanwhile; then nobody is listened to any more;
        // then what is in the journal's and the transport's hands is finished.
        services =
            [
                ClosingService { await traces?.close() }, ClosingService { await journal.close() },
                ClosingService { transport.shutdown() },
            ] + listeners + [reloader, gateway]
    }
}

private func listener(
    _ name: String,
    _ address: HostPort,
    _ connections: Int,
    _ bodies: ByteBudget,
    _ logger: Logger,
    _ onBound: @escaping @Sendable (String, HostPort) async -> Void,
    handler: @escaping @Sendable (IncomingRequest) async -> OutgoingReply
) -> any Service {
    var limits = ListenerLimits()
    limits.maxConnections = connections
    return HTTPListener(
        name: name,
        host: address.host,
        port: address.port,
        limits: limits,
        bodyBudget: bodies,
        logger: logger,
        onBound: { await onBound(name, $0) },
        handler: handler
    )
}

/// Closes something when its turn in the shutdown comes.
struct ClosingService: Service {
    let close: @Sendable () async -> Void

    func run() async throws {
        try? await gracefulShutdown()
        await close()
    }
}
