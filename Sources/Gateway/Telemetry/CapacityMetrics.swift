import Dispatching
import PrometheusMetrics
import Resilience
import Timekeeping
import WeirPorts

/// Limits, beside what of them is used.
final class CapacityMetrics: Sendable {
    private let inFlightLimit: Gauge
    private let relayLimit: Gauge
    private let relayBytes: Gauge
    private let relayBytesLimit: Gauge
    private let bodyBytes: GaugeFamily
    private let bodyBytesLimit: GaugeFamily
    private let limiterBurst: GaugeFamily
    private let limiterRate: GaugeFamily
    private let quotaLimit: GaugeFamily
    private let quotaUsed: GaugeFamily
    private let quotaExhaustion: GaugeFamily
    private let journalPending: Gauge
    private let journalPendingLimit: Gauge
    private let journalFileSystem: Gauge

    init(_ registry: MetricRegistry) throws(MetricError) {
        inFlightLimit = try registry.gauge(MetricCatalog.inFlightLimit).child()
        relayLimit = try registry.gauge(MetricCatalog.relayLimit).child()
        relayBytes = try registry.gauge(MetricCatalog.relayBytes).child()
        relayBytesLimit = try registry.gauge(MetricCatalog.relayBytesLimit).child()
        bodyBytes = try registry.gauge(MetricCatalog.bodyBytes)
        bodyBytesLimit = try registry.gauge(MetricCatalog.bodyBytesLimit)
        limiterBurst = try registry.gauge(MetricCatalog.limiterBurst)
        limiterRate = try registry.gauge(MetricCatalog.limiterRate)
        quotaLimit = try registry.gauge(MetricCatalog.quotaLimit)
        quotaUsed = try registry.gauge(MetricCatalog.quotaUsed)
        quotaExhaustion = try registry.gauge(MetricCatalog.quotaExhaustion)
        journalPending = try registry.gauge(MetricCatalog.journalPending).child()
        journalPendingLimit = try registry.gauge(MetricCatalog.journalPendingLimit).child()
        journalFileSystem = try registry.gauge(MetricCatalog.journalFileSystem).child()
    }

    func collect(_ gates: [DispatchSnapshot.Gate]) {
        let limits = gates.map { (labels: [$0.app, $0.api], limit: $0.limit) }
        // Of several in an overflow the smallest.
        limiterBurst.replace(with: limits.map { .init($0.labels, Double($0.limit.burst)) }, others: .gone, merging: min)
        limiterRate.replace(
            with: limits.map { .init($0.labels, Double($0.limit.permits) / $0.limit.per.inSeconds) },
            others: .gone,
            merging: min
        )
        let quotas = gates.compactMap { gate in gate.quota.map { (labels: [gate.app, gate.api], quota: $0) } }
        quotaLimit.replace(
            with: quotas.compactMap { row in row.quota.limit.map { .init(row.labels, Double($0)) } },
            others: .gone,
            merging: min
        )
        quotaUsed.replace(with: quotas.map { .init($0.labels, Double($0.quota.used)) }, others: .gone, merging: max)
        quotaExhaustion.replace(
            with: quotas.compactMap { row in row.quota.exhaustion.map { .init(row.labels, $0.inSeconds) } },
            others: .gone,
            merging: min
        )
    }

    func collect(_ room: DispatchRoom, _ journal: JournalStatus) {
        inFlightLimit.set(room.maxInFlight)
        relayLimit.set(room.maxWaiting)
        relayBytes.set(room.waitingBytes)
        relayBytesLimit.set(room.maxWaitingBytes)
        collect(pool: "messages", room.messageBytes, of: room.maxMessageBytes)
        journalPending.set(journal.pendingWrites)
        journalPendingLimit.set(journal.maximumPendingWrites)
        journalFileSystem.set(Double(journal.fileSystemBytes))
    }

    func collect(pool: String, _ bytes: Int, of limit: Int) {
        bodyBytes.child(pool).set(bytes)
        bodyBytesLimit.child(pool).set(limit)
    }
}
