import Alerting
import Intake
import Messaging
public import PrometheusMetrics
import Queueing
import Relaying
import Resilience
import Synchronization
import Timekeeping
import WeChat

/// Turns what happens into numbers. Nothing else touches a metric.
public final class GatewayMetrics: Sendable {
    let httpRequests: CounterFamily
    let httpDuration: HistogramFamily
    let relayRefusals: CounterFamily
    let relayForeignTokens: Counter
    let relayWaiting: Gauge
    let upstreamRequests: CounterFamily
    let upstreamDuration: HistogramFamily
    let upstreamErrcodes: CounterFamily
    let upstreamInFlight: Gauge
    let limiterPermits: CounterFamily
    let limiterWaits: CounterFamily
    let limiterRejections: CounterFamily
    let limiterAvailable: GaugeFamily
    let clientRejections: CounterFamily
    let breakerState: GaugeFamily
    let breakerTransitions: CounterFamily
    let breakerOpenSeconds: CounterFamily
    let retries: CounterFamily
    let retryBudget: GaugeFamily
    let queueDepth: GaugeFamily
    let appQueueDepth: GaugeFamily
    let appOldestUnsent: GaugeFamily
    let queueCapacity: Gauge
    let queueOldest: GaugeFamily
    let queueWaits: [Histogram]
    let laneBlocked: GaugeFamily
    let withoutApp: Gauge
    let messagesAccepted: CounterFamily
    let messagesRefused: CounterFamily
    let messagesEnded: CounterFamily
    let messageDuration: HistogramFamily
    let ambiguous: CounterFamily
    let events: CounterFamily
    let sloMessages: CounterFamily
    let sloAcceptance: CounterFamily
    let sloRelay: CounterFamily
    let alertWebhooks: CounterFamily
    let alertNotifications: CounterFamily
    let alertDeliveries: CounterFamily
    let journalCommits: Counter
    let journalBatch: Histogram
    let journalDuration: Histogram
    let journalErrors: Counter
    let journalSize: Gauge
    let journalFree: Gauge
    let journalWritable: Gauge
    let tokenExpiry: GaugeFamily
    let ticketExpiry: GaugeFamily
    let tokenRefreshes: CounterFamily
    let tokenRejections: CounterFamily
    let appHeld: GaugeFamily
    let appFailing: GaugeFamily
    let appDetours: GaugeFamily
    let configReloads: CounterFamily
    let configTime: Gauge
    let configValid: Gauge
    let traceSpans: CounterFamily
    let routes = RouteMetrics()
    let usage: UsageMetrics
    let receiptMetrics: ReceiptMetrics
    let suppressionMetrics: SuppressionMetrics
    let deliveryMetrics: DeliveryMetrics
    let budgetMetrics: BudgetMetrics
    let operationMetrics: OperationMetrics
    let capacity: CapacityMetrics

    /// By the gates' numbers.
    let gates = Mutex<[UInt64: GateMetrics]>([:])
    let departures = Mutex(Departures())
    /// By app.
    let acceptances = Mutex<[String: AcceptanceMetrics]>([:])

    /// - Parameter commit: what the program was made from.
    /// - Throws: when the registry holds something else under one of the names.
    public init(_ registry: MetricRegistry, commit: String = Version.unknown) throws(MetricError) {
        httpRequests = try registry.counter(MetricCatalog.httpRequests)
        httpDuration = try registry.histogram(MetricCatalog.httpDuration)
        relayRefusals = try registry.counter(MetricCatalog.relayRefusals)
        relayForeignTokens = try registry.counter(MetricCatalog.relayForeignTokens).child()
        relayWaiting = try registry.gauge(MetricCatalog.relayWaiting).child()
        upstreamRequests = try registry.counter(MetricCatalog.upstreamRequests)
        upstreamDuration = try registry.histogram(MetricCatalog.upstreamDuration)
        upstreamErrcodes = try registry.counter(MetricCatalog.upstreamErrcodes)
        upstreamInFlight = try registry.gauge(MetricCatalog.upstreamInFlight).child()
        limiterPermits = try registry.counter(MetricCatalog.limiterPermits)
        limiterWaits = try registry.counter(MetricCatalog.limiterWaits)
        limiterRejections = try registry.counter(MetricCatalog.limiterRejections)
        limiterAvailable = try registry.gauge(MetricCatalog.limiterAvailable)
        clientRejections = try registry.counter(MetricCatalog.clientRejections)
        breakerState = try registry.gauge(MetricCatalog.breakerState)
        breakerTransitions = try registry.counter(MetricCatalog.breakerTransitions)
        breakerOpenSeconds = try registry.counter(MetricCatalog.breakerOpenSeconds)
        retries = try registry.counter(MetricCatalog.retriesScheduled)
        retryBudget = try registry.gauge(MetricCatalog.retryBudget)
        queueDepth = try registry.gauge(MetricCatalog.queueDepth)
        appQueueDepth = try registry.gauge(MetricCatalog.appQueueDepth)
        appOldestUnsent = try registry.gauge(MetricCatalog.appOldestUnsent)
        queueCapacity = try registry.gauge(MetricCatalog.queueCapacity).child()
        queueOldest = try registry.gauge(MetricCatalog.queueOldest)
        let waits = try registry.histogram(MetricCatalog.queueWait)
        queueWaits = Priority.allCases.map { waits.child($0.name) }
        laneBlocked = try registry.gauge(MetricCatalog.laneBlocked)
        withoutApp = try registry.gauge(MetricCatalog.withoutApp).child()
        messagesAccepted = try registry.counter(MetricCatalog.messagesAccepted)
        messagesRefused = try registry.counter(MetricCatalog.messagesRefused)
        messagesEnded = try registry.counter(MetricCatalog.messagesEnded)
        messageDuration = try registry.histogram(MetricCatalog.messageDuration)
        ambiguous = try registry.counter(MetricCatalog.ambiguous)
        events = try registry.counter(MetricCatalog.events)
        sloMessages = try registry.counter(MetricCatalog.sloMessages)
        sloAcceptance = try registry.counter(MetricCatalog.sloAcceptance)
        sloRelay = try registry.counter(MetricCatalog.sloRelay)
        alertWebhooks = try registry.counter(MetricCatalog.alertWebhooks)
        alertNotifications = try registry.counter(MetricCatalog.alertNotifications)
        alertDeliveries = try registry.counter(MetricCatalog.alertDeliveries)
        journalCommits = try registry.counter(MetricCatalog.journalCommits).child()
        journalBatch = try registry.histogram(MetricCatalog.journalBatch).child()
        journalDuration = try registry.histogram(MetricCatalog.journalDuration).child()
        journalErrors = try registry.counter(MetricCatalog.journalErrors).child()
        journalSize = try registry.gauge(MetricCatalog.journalSize).child()
        journalFree = try registry.gauge(MetricCatalog.journalFree).child()
        journalWritable = try registry.gauge(MetricCatalog.journalWritable).child()
        tokenExpiry = try registry.gauge(MetricCatalog.tokenExpiry)
        ticketExpiry = try registry.gauge(MetricCatalog.ticketExpiry)
        tokenRefreshes = try registry.counter(MetricCatalog.tokenRefreshes)
        tokenRejections = try registry.counter(MetricCatalog.tokenRejections)
        appHeld = try registry.gauge(MetricCatalog.appHeld)
        appDetours = try registry.gauge(MetricCatalog.appDetours)
        appFailing = try registry.gauge(MetricCatalog.appFailing)
        configReloads = try registry.counter(MetricCatalog.configReloads)
        configTime = try registry.gauge(MetricCatalog.configTime).child()
        configValid = try registry.gauge(MetricCatalog.configValid).child()
        traceSpans = try registry.counter(MetricCatalog.traceSpans)
        usage = try UsageMetrics(registry)
        receiptMetrics = try ReceiptMetrics(registry)
        suppressionMetrics = try SuppressionMetrics(registry)
        deliveryMetrics = try DeliveryMetrics(registry)
        budgetMetrics = try BudgetMetrics(registry)
        operationMetrics = try OperationMetrics(registry)
        capacity = try CapacityMetrics(registry)
        try registry.gauge(MetricCatalog.buildInfo).child(Version.current, commit, Version.compiler).set(1)
        initialise()
    }

    /// Label sets that are known beforehand start at 0, so that a first failure is a rise and not a birth.
    private func initialise() {
        for refusal in RelayRefusal.allCases {
            _ = relayRefusals.child("-", String(refusal.rawValue), refusal.usualReason.rawValue)
        }
        for result in ["success", "refused"] { _ = configReloads.child(result) }
        for reason in MessageRefusalReason.allCases { _ = messagesRefused.child(reason.rawValue) }
        for result in EventResult.allCases { _ = events.child(result.rawValue) }
        for result in AlertWebhookResult.allCases { _ = alertWebhooks.child(result.rawValue) }
        journalWritable.set(1)
    }
}
