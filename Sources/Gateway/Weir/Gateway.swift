import Logging
public import PrometheusMetrics
import Queueing
import Resilience
public import ServiceLifecycle
import Synchronization
import Timekeeping
import WeChat

/// A whole gateway: the relay, the messages API and everything behind them, without any listener.
///
/// Embed it by giving it a transport and a journal, running it as a service, and handing it messages, or what your HTTP server
/// receives: see the package in `examples/`.
public final class Gateway: Service {
    let configuration: Mutex<GatewayConfiguration>
    public let registry: MetricRegistry
    public let metrics: GatewayMetrics
    let traces: GatewayTraces
    let requestLog: RequestLog
    let dispatcher: Dispatcher
    let relayService: RelayService
    let intake: QueueIntake
    let messageService: MessageService
    let alertService: AlertService
    let journal: any Journal
    let keepers: [TokenKeeper]
    let appNames: [String]
    let time: any TimeSource
    let logger: Logger
    /// Why the ledger could not be read.
    private let ledgerProblem: JournalError?
    private let isAccepting = Mutex(true)
    private let isReady = Mutex(false)

    /// Reads the journal's ledger: what was paused, forced, held or parked is so before the first call can come.
    ///
    /// - Parameter configuration: At least one app.
    /// - Throws: when the registry holds something else under the name of one of Weir's metrics.
    public init(
        configuration: GatewayConfiguration,
        transport: any Transport,
        journal: any Journal,
        options: Options = Options()
    ) throws(MetricError) {
        let (time, logger, seed) = (options.time, options.logger, options.seed)
        let metrics = try GatewayMetrics(options.registry)
        self.configuration = Mutex(configuration)
        registry = options.registry
        self.metrics = metrics
        traces = GatewayTraces(tracer: options.tracer, time: time, seed: seed)
        requestLog = RequestLog(logger: logger, at: time.now())
        self.journal = journal
        self.time = time
        self.logger = logger
        let names = configuration.apps.keys.sorted()
        appNames = names
        let observer = GatewayObserver(
            metrics: metrics,
            traces: traces,
            log: requestLog,
            logger: logger,
            time: time
        )
        keepers = names.enumerated().map { index, name in
            TokenKeeper(
                credentials: TokenCredentials(configuration, app: name),
                transport: transport,
                time: time,
                seed: seed &+ UInt64(index)
            ) { observer.observe(.token($0, app: name)) }
        }
        dispatcher = Dispatcher(
            configuration: configuration,
            apps: Gateway.runtimes(configuration, names: names, keepers: keepers),
            transport: transport,
            journal: journal,
            time: time,
            observer: observer,
            seed: seed
        )
        let directory = ClientDirectory(configuration, appNames: names)
        let gate = ClientGate(time: time, metrics: metrics)
        relayService = RelayService(
            directory: directory,
            configuration: configuration,
            gate: gate,
            dispatcher: dispatcher,
            metrics: metrics,
            time: time
        )
        intake = QueueIntake(dispatcher: dispatcher, journal: journal, metrics: metrics, time: time)
        messageService = MessageService(
            directory: directory,
            retry: configuration.retry,
            gate: gate,
            intake: intake,
            dispatcher: dispatcher,
            journal: journal,
            metrics: metrics,
            time: time
        )
        metrics.configured(configuration, at: time.timestamp())
        alertService = AlertService(
            configuration.alerts,
            intake: intake,
            journal: journal,
            metrics: metrics,
            time: time,
            logger: logger
        )
        ledgerProblem = Gateway.takeLedger(journal, dispatcher)
        journal.onCommit { metrics.committed(writes: $0.writes, took: $0.took, failed: $0.failure != nil) }
        registry.onCollect { [weak self] in self?.collect() }
    }

    private static func takeLedger(_ journal: any Journal, _ dispatcher: Dispatcher) -> JournalError? {
        do throws(JournalError) {
            dispatcher.takeBack(try journal.ledger())
            return nil
        } catch {
            return error
        }
    }

    /// The apps as the dispatcher has them; behind them the one that stands for calls with a token of their own, and the robots.
    static func runtimes(
        _ configuration: GatewayConfiguration,
        names: [String],
        keepers: [TokenKeeper]
    ) -> [AppRuntime] {
        var runtimes: [AppRuntime] = []
        for (name, keeper) in zip(names, keepers) {
            guard let app = configuration.apps[name] else { continue }
            runtimes.append(
                AppRuntime(
                    name: name,
                    origin: app.hosts.first ?? AppConfiguration.officialHost,
                    configuration: app,
                    keeper: keeper
                )
            )
        }
        let foreign = AppConfiguration(appID: "", secret: "")
        let origin = runtimes.first?.origin ?? AppConfiguration.officialHost
        runtimes.append(AppRuntime(name: Gateway.foreignApp, origin: origin, configuration: foreign, keeper: nil))
        return runtimes + configuration.robots.sorted { $0.key < $1.key }.map(AppRuntime.init)
    }

    /// The metric label of calls that bring a token of their own; no app's name has a dash in front.
    static let foreignApp = "-foreign"

    /// Steps of 500 rows that one second's house-keeping takes at most, between which other commits come.
    static let sweepSteps = 40

    // MARK: Life

    /// Reads the journal, fetches tokens, and keeps house until it is cancelled or shut down gracefully.
    public func run() async throws {
        try restore()
        for (index, keeper) in keepers.enumerated() {
            keeper.start { [dispatcher] in dispatcher.tokenChanged(app: index) }
        }
        isReady.withLock { $0 = true }
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do { try await time.sleep(until: time.now() + .seconds(1)) } catch { return }
                await keepHouse()
            }
        }
        await drain()
    }

    /// Takes over the messages that an earlier process left.
    func restore() throws(JournalError) {
        if let ledgerProblem { throw ledgerProblem }
        let began = time.now()
        let (count, orphans) = try intake.restore { alertService.watch($0) }
        let took = time.now() - began
        logger.notice("journal read", metadata: ["waiting": "\(count)", "seconds": "\(took.inSeconds)"])
        guard orphans > 0 else { return }
        logger.error(
            "messages of apps that are not configured any more stay in the journal unsent",
            metadata: ["messages": "\(orphans)"]
        )
    }

    /// Small regular work: whether the journal can be written, and what has been kept long enough.
    private func keepHouse() async {
        dispatcher.setJournalWritable(journal.status().failure == nil)
        // Timers run on the monotonic clock: a wall clock that was set forward makes work due that they don't know of.
        dispatcher.look()
        dispatcher.tellOfFullLedger()
        let keep = configuration.withLock { $0.storage.keep }
        guard dispatcher.isJournalWritable else { return }
        do {
            var steps = 0
            while steps < Gateway.sweepSteps, try await journal.sweep(keep, now: time.timestamp(), limit: 500) {
                steps += 1
            }
        } catch {
            logger.warning("old messages could not be removed", metadata: ["error": "\(error.message)"])
        }
    }

    /// Lets what is in flight end, at most ten seconds, and says what is left.
    private func drain() async {
        stopAccepting()
        dispatcher.drain()
        let deadline = time.now() + .seconds(10)
        while dispatcher.isBusy, time.now() < deadline {
            // Not cancellable: a shutdown is what it waits in.
            await Task { [time] in try? await time.sleep(until: time.now() + .milliseconds(20)) }.value
        }
        for keeper in keepers { keeper.stop() }
        let snapshot = dispatcher.snapshot()
        logger.notice(
            "drained",
            metadata: [
                "messages_left": "\(snapshot.queue.durableCount)", "in_flight": "\(snapshot.inFlight)",
            ]
        )
    }

    // MARK: Metrics

    private func collect() {
        metrics.collect(dispatcher.snapshot(), journal: journal.status(), at: time.timestamp())
        for (name, keeper) in zip(appNames, keepers) { metrics.collect(token: keeper.status(), app: name) }
    }

    // MARK: Readiness

    /// Whether messages can be accepted, and why not.
    public func messagesProblem() -> String? {
        if !isReady.withLock({ $0 }) { return "the journal is being read" }
        if !isAccepting.withLock({ $0 }) { return "Weir is shutting down" }
        if dispatcher.isJournalWritable { return nil }
        let why = journal.status().failure?.message ?? "it is being tried again"
        return "the journal can't be written: \(why)"
    }

    /// Whether calls can be relayed, and why not.
    public func relayProblem() -> String? {
        isAccepting.withLock { $0 } ? nil : "Weir is shutting down"
    }

    /// Refuses new work from now on, and has everybody answered who waits for an end: with what is known now. The listeners stop by
    /// themselves, and would wait for them.
    public func stopAccepting() {
        isAccepting.withLock { $0 = false }
        messageService.stopping.send()
        messageService.idempotency.close()
        messageService.redrives.close()
        alertService.turns.close()
    }
}
