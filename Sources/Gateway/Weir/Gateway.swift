import Delivering
public import Logging
import Operating
public import PrometheusMetrics
import Queueing
import Resilience
public import ServiceLifecycle
import Suppressing
import Synchronization
public import Timekeeping
public import Tracing
import WeChat

/// A whole gateway: the relay, the messages API and everything behind them, without any listener.
///
/// Embed it by giving it a transport and a journal, running it as a service, and handing it messages, or what your HTTP server
/// receives: see the package in `examples/`.
public final class Gateway: Service {
    let live: LiveSettings.Holder
    /// One reload at a time.
    let reloading = Mutex(())
    /// Where the gateway's metrics are registered: that of its options. Scrape it.
    public let registry: MetricRegistry
    /// The gateway's instruments, for those who serve it.
    public let metrics: GatewayMetrics
    let traces: GatewayTraces
    let requestLog: RequestLog
    private let events: EventLog
    let dispatcher: Dispatcher
    let ticketOffice: TicketOffice
    let relayService: RelayService
    let intake: QueueIntake
    let messageService: MessageService
    let alertService: AlertService
    let callbackService: CallbackService
    let suppressions: SuppressionBook
    let caps: CapBook
    let limits: CallerLimits
    let deliveryService: DeliveryService
    let operationService: OperationService
    let auditTrail: AuditTrail
    let journal: any Journal
    let roster: AppRoster
    let time: any TimeSource
    let logger: Logger
    /// Why the ledger could not be read.
    private let ledgerProblem: JournalError?
    let isAccepting = Mutex(true)
    let isReady = Mutex(false)
    private let drainage = Mutex<Drainage?>(nil)

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
        let (time, seed) = (options.time, options.seed)
        let logger = options.logger.bounded(by: time)
        metrics = try GatewayMetrics(options.registry, commit: options.commit)
        registry = options.registry
        traces = GatewayTraces(tracer: options.tracer, time: time, seed: seed)
        requestLog = RequestLog(logger: logger, time: time) { try? await journal.message($0)?.message.client }
        events = EventLog(logger: logger, time: time)
        (self.journal, self.time, self.logger) = (journal, time, logger)
        let observer = GatewayObserver(metrics: metrics, traces: traces, log: requestLog, events: events)
        suppressions = SuppressionBook(configuration.suppressionTerms, journal: journal, observer: metrics, time: time)
        caps = CapBook(configuration.caps, journal: journal, time: time)
        limits = Gateway.limits(configuration, journal, metrics, logger, time)
        dispatcher = Dispatcher(
            settings: DispatchSettings(configuration),
            transport: transport,
            journal: journal,
            time: time,
            observer: observer,
            suppressions: suppressions,
            budgets: limits.budgets,
            seed: seed
        )
        let keepers = Gateway.keepers(transport, observer, options, isTraced: traces.isOn)
        roster = AppRoster(dispatcher: dispatcher, metrics: metrics, makeKeeper: keepers)
        let live = LiveSettings.Holder(LiveSettings(configuration, slots: roster.take(configuration)))
        self.live = live
        ticketOffice = TicketOffice(dispatcher: dispatcher, time: time, seed: ~seed)
        relayService = RelayService(
            live: live,
            limits: limits,
            dispatcher: dispatcher,
            tickets: ticketOffice,
            observer: metrics,
            suppressions: suppressions,
            caps: caps,
            time: time
        )
        let budgets = limits.budgets
        intake = QueueIntake(dispatcher: dispatcher, journal: journal, budgets: budgets, observer: metrics, time: time)
        messageService = MessageService(
            live: live,
            limits: limits,
            intake: intake,
            dispatcher: dispatcher,
            journal: journal,
            observer: metrics,
            suppressions: suppressions,
            caps: caps,
            time: time
        )
        metrics.configured(configuration, at: time.timestamp())
        alertService = AlertService(intake: intake, journal: journal, observer: metrics, time: time, logger: logger) {
            live.present.configuration.alerts
        }
        callbackService = CallbackService(configuration, journal: journal, observer: metrics, suppressions, time: time)
        let deliveryLog = DeliveryLog(metrics: metrics, logger: logger)
        deliveryService = Gateway.deliveries(configuration, transport, journal, deliveryLog, options)
        let operationLog = OperationLog(metrics: metrics, logger: logger)
        operationService = OperationService(messageService, dispatcher, journal, observer: operationLog, time: time)
        auditTrail = AuditTrail(journal: journal, observer: operationLog, time: time)
        let (books, operating) = ((suppressions, caps, budgets), (operationService, auditTrail))
        ledgerProblem = Gateway.takeLedger(journal, dispatcher, books, operating)
        listen()
    }

    /// To commits and scrapes.
    private func listen() {
        journal.onCommit { [metrics, events] commit in
            metrics.committed(writes: commit.writes, took: commit.took, failed: commit.failure != nil)
            events.journal(commit.failure)
        }
        // The journal outlives whoever listens to it.
        journal.onDelivery { [weak deliveryService] in deliveryService?.take($0) }
        registry.onCollect { [weak self] in self?.collect() }
    }

    /// Apps that left whose series may wait for the next scrape to go.
    static let fewDepartures = 1000

    /// Steps of 500 rows that one second's house-keeping takes at most, between which other commits come.
    static let sweepSteps = 40

    // MARK: Life

    /// Reads the journal, fetches tokens, and keeps house until it is cancelled or shut down gracefully.
    public func run() async throws {
        try restore()
        try deliveryService.start()
        roster.start()
        operationService.start()
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
        let count = try intake.restore { alertService.watch($0) }
        let took = time.now() - began
        logger.notice(
            "journal read",
            metadata: ["waiting": .stringConvertible(count), "seconds": .stringConvertible(took.inSeconds)]
        )
        let absent = dispatcher.snapshot().absentApps
        guard !absent.isEmpty else { return }
        logger.error(
            "messages wait for apps that are not configured",
            metadata: [
                "messages": .stringConvertible(absent.reduce(0) { $0 + $1.messages }),
                "names": "\(absent.prefix(10).map(\.name).joined(separator: ", "))",
            ]
        )
    }

    /// Small regular work: whether the journal can be written, and what has been kept long enough.
    private func keepHouse() async {
        events.look()
        dispatcher.setJournalWritable(journal.status().failure == nil)
        // Timers run on the monotonic clock: a wall clock that was set forward makes work due that they don't know of.
        dispatcher.look()
        dispatcher.tellOfFullLedger()
        dispatcher.askForQuotas()
        dispatcher.askHosts()
        deliveryService.keepHouse(isJournalWritable: dispatcher.isJournalWritable)
        forgetDeparted(moreThan: Gateway.fewDepartures)
        let keep = live.present.configuration.storage.keep
        guard dispatcher.isJournalWritable else { return }
        suppressions.keepHouse()
        limits.budgets.keepHouse()
        await callbackService.keepHouse()
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
        let began = time.now()
        stopAccepting()
        dispatcher.drain()
        deliveryService.stop()
        let deadline = began + .seconds(10)
        while dispatcher.isBusy || deliveryService.isBusy, time.now() < deadline {
            // Not cancellable: a shutdown is what it waits in.
            await Task { [time] in try? await time.sleep(until: time.now() + .milliseconds(20)) }.value
        }
        await limits.budgets.settle()
        roster.stop()
        ticketOffice.stop()
        let snapshot = dispatcher.snapshot()
        let took = time.now() - began
        drainage.withLock {
            $0 = Drainage(took: took, messagesLeft: snapshot.queue.durableCount, inFlight: snapshot.inFlight)
        }
        logger.notice(
            "drained",
            metadata: [
                "messages_left": .stringConvertible(snapshot.queue.durableCount),
                "in_flight": .stringConvertible(snapshot.inFlight), "seconds": .stringConvertible(took.inSeconds),
            ]
        )
    }

    /// How the last drain went; `nil` before there was one.
    public var lastDrain: Drainage? { drainage.withLock { $0 } }

    // MARK: Metrics

    private func collect() {
        forgetDeparted()
        let (collection, tokens) = (dispatcher.collect(), roster.tokens())
        metrics.collect(collection, journal: journal.status(), at: time.timestamp())
        metrics.collectHolds(collection.snapshot.apps, tokens)
        for (name, token) in tokens { metrics.collect(token: token, app: name) }
        metrics.collect(ticketOffice.expiries())
        let apps = live.present.configuration.apps
        metrics.collect(suppressions: suppressions.counts) { apps[$0] != nil }
        metrics.collect(deliveries: deliveryService.states)
        metrics.collect(budgets: limits.budgets.standings())
        metrics.collect(operationService.all)
        metrics.collect(pool: "batches", messageService.largeBodies.taken, of: messageService.largeBodies.size)
    }

    /// The series of apps that left go, before a scrape or where nobody scrapes.
    private func forgetDeparted(moreThan few: Int = 0) {
        let departures = dispatcher.takeDeparted(moreThan: few)
        guard !departures.isEmpty else { return }
        metrics.forget(departures)
        // Some may be back already.
        let names = Set(departures.map(\.name)).intersection(live.present.configuration.apps.keys)
        for name in names { metrics.registerApp(name) }
        for gate in dispatcher.gates(of: names) { metrics.registerGate(gate) }
    }
}

extension Gateway {
    /// What a gateway has defaults for.
    public struct Options: Sendable {
        /// The clocks.
        public var time: any TimeSource = SystemTimeSource()
        /// Where its metrics are registered, beside those of the program that it is in; scrape it.
        public var registry = MetricRegistry()
        /// Where spans go; nil when nobody collects traces.
        public var tracer: (any Tracer)?
        /// For what operators should know, and a line for each request.
        public var logger = Logger(label: "weir")
        /// What the program was made from, for `weir_build_info`.
        public var commit = Version.unknown
        /// The way to subscribers, and to clients that hear of their messages' ends; `nil` for the same as to WeChat. With one of its own
        /// those that hang take no connection that WeChat's calls need.
        public var deliveryTransport: (any Transport)?
        /// Chance, for ids and jitter. Two gateways of one seed make the same ids: set it in tests alone.
        public var seed = UInt64.random(in: .min ... .max)

        /// The system's clocks, a registry of its own, no traces, and a seed by chance.
        public init() {}
    }
}
