import Addressing
import CBuild
import CoreMetrics
import CurlTransport
import Foundation
import HTTPServing
import Logging
import OTLPTracing
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
    let life: LifeLog
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
        let time = SystemTimeSource()
        let journal = try SQLiteJournal(path: configuration.storage.path, timeSource: time)
        life = LifeLog(logger: logger, time: time)
        life.begins(configuration, file: source?.path, lastEnd: journal.lastEnd)
        let limits = ProcessLimits.apply(configuration, logger: logger)
        let traces = try Composition.traces(configuration, time: time, logger: logger)
        var way = CurlConfiguration(
            proxy: configuration.upstream.proxy,
            caFile: configuration.upstream.caFile,
            // The dispatcher keeps to max_in_flight, which a reload may change.
            maxConnections: limits.upstream
        )
        way.tellsConnection = traces != nil
        let transport = try CurlTransport(configuration: way)
        var options = Composition.options(time, traces, logger)
        let deliveries = try CurlTransport(configuration: Composition.wayOut(configuration))
        options.deliveryTransport = deliveries
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
            operators: { reloader.configuration.admin.keys },
            reload: { await reloader.reload(by: .adminAPI) }
        )
        self.gateway = gateway
        let bodies = ByteBudget(limit: ProcessLimits.bodyBytes)
        let adminCount = AdapterMetrics.Listener(name: "admin", limit: limits.admin)
        let apiCount = AdapterMetrics.Listener(name: "api", limit: limits.api)
        var counts = [adminCount, apiCount]
        var listeners = [
            listener(adminCount, configuration.server.admin, bodies, logger, onBound) { await admin.answer($0) },
            listener(apiCount, configuration.server.api, bodies, logger, onBound) { await api.answer($0) },
        ]
        if let address = configuration.server.callback {
            let count = AdapterMetrics.Listener(name: "callback", limit: limits.callback)
            let callback = CallbackHandler(gateway: gateway)
            gateway.metrics.registerCallbackRoute()
            counts.append(count)
            listeners.append(listener(count, address, bodies, logger, onBound) { await callback.answer($0) })
        }
        try AdapterMetrics(listeners: counts, transport: transport, bodies: bodies).register(in: gateway)
        // Shut down from the end: first the gateway drains, answering refusals meanwhile; then nobody is listened to any more;
        // then what is in the journal's and the transport's hands is finished.
        services =
            [
                ClosingService { await traces?.close() }, ClosingService { await journal.close() },
                ClosingService { deliveries.shutdown() }, ClosingService { transport.shutdown() },
            ] + listeners + [reloader, gateway]
    }

    private static func options(_ time: any TimeSource, _ traces: TraceExport?, _ logger: Logger) -> Gateway.Options {
        var options = Gateway.Options()
        options.time = time
        options.tracer = traces?.tracer
        options.logger = logger
        options.commit = WEIR_COMMIT
        return options
    }

    /// To subscribers and clients: apart from the one to WeChat, so that they take none of its connections.
    private static func wayOut(_ configuration: GatewayConfiguration) -> CurlConfiguration {
        var wayOut = CurlConfiguration(
            proxy: configuration.upstream.proxy,
            caFile: configuration.upstream.caFile,
            maxConnections: ProcessLimits.deliveries,
            maxOutstanding: 1_000,
            replyBudget: 64 << 20
        )
        // Plain http is for this machine alone: a proxy is another, and would look for the destination on itself.
        wayOut.isLocalDirect = true
        return wayOut
    }

    private static func traces(
        _ configuration: GatewayConfiguration,
        time: any TimeSource,
        logger: Logger
    ) throws(CurlSetupError) -> TraceExport? {
        let environment = OTLPEnvironment(ProcessInfo.processInfo.environment)
        guard let options = TraceExport.options(configuration.tracing, environment, logger: logger) else { return nil }
        return try TraceExport(options, caFile: configuration.upstream.caFile, time: time, logger: logger)
    }
}

private func listener(
    _ own: AdapterMetrics.Listener,
    _ address: HostPort,
    _ bodies: ByteBudget,
    _ logger: Logger,
    _ onBound: @escaping @Sendable (String, HostPort) async -> Void,
    handler: @escaping @Sendable (IncomingRequest) async -> OutgoingReply
) -> any Service {
    var limits = ListenerLimits()
    limits.maxConnections = own.limit
    return HTTPListener(
        name: own.name,
        host: address.host,
        port: address.port,
        limits: limits,
        bodyBudget: bodies,
        connections: own.connections,
        logger: logger,
        onBound: { await onBound(own.name, $0) },
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
