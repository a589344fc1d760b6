public import CoreMetrics
internal import Synchronization

/// Sends what libraries report through swift-metrics to a registry.
///
/// Labels become snake case names: counters get `_total`, timers are histograms of `…_seconds`, recorders are histograms
/// (gauges if they don't aggregate), meters are gauges. The same label may come with different dimensions. Where a name is
/// taken by something else, the kind is added to it (`jobs_gauge`); if that fails too, the handler counts unseen.
/// Nothing here ever crashes: swift-metrics leaves callers no way to answer an error.
public final class PrometheusMetricsFactory: MetricsFactory {
    /// Where the metrics are registered.
    public let registry: MetricRegistry

    private let timerBuckets: Buckets
    private let recorderBuckets: Buckets
    private let maximumLabelSets: Int
    private let help: @Sendable (String) -> String?
    /// How many handlers share a child: the last one to be destroyed takes it away.
    private let uses = Mutex<[ObjectIdentifier: Int]>([:])

    /// Makes a factory for `MetricsSystem.bootstrap`.
    ///
    /// - Parameters:
    ///   - registry: Where the metrics are registered.
    ///   - timerBuckets: The buckets of timers, in seconds.
    ///   - recorderBuckets: The buckets of recorders that aggregate.
    ///   - maximumLabelSets: How many sets of dimensions a label may come with; further ones share the child of `other="other"`.
    ///   - help: The help of a swift-metrics label; a general sentence stands in for `nil` and for a blank.
    public init(
        registry: MetricRegistry,
        timerBuckets: Buckets = .seconds,
        recorderBuckets: Buckets = .values,
        maximumLabelSets: Int = MetricRegistry.defaultMaximumLabelSets,
        help: @escaping @Sendable (_ label: String) -> String? = { _ in nil }
    ) {
        self.registry = registry
        self.timerBuckets = timerBuckets
        self.recorderBuckets = recorderBuckets
        self.maximumLabelSets = maximumLabelSets
        self.help = help
    }

    /// The counter of these dimensions under the label, with `_total` at its end.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CoreMetrics.CounterHandler {
        counterHandler(label, dimensions)
    }

    /// The same as a counter; parts are added as they are.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any CoreMetrics.FloatingPointCounterHandler {
        counterHandler(label, dimensions)
    }

    /// The gauge of these dimensions under the label.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any CoreMetrics.MeterHandler {
        gaugeHandler(label, dimensions)
    }

    /// A histogram, or a gauge that shows the last value if it doesn't aggregate.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any CoreMetrics.RecorderHandler {
        guard aggregate else { return gaugeHandler(label, dimensions) }
        let lease = histogramLease(MetricName.stem(label), label, dimensions, recorderBuckets)
        return HistogramHandler(lease)
    }

    /// A histogram in seconds, with `_seconds` at its end.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any CoreMetrics.TimerHandler {
        let stem = MetricName.stem(label)
        let name = stem.hasSuffix("_seconds") ? stem : stem + "_seconds"
        return HistogramHandler(histogramLease(name, label, dimensions, timerBuckets))
    }

    /// Takes the child away if no other handler shares it.
    public func destroyCounter(_ handler: any CoreMetrics.CounterHandler) {
        if let handler = handler as? CounterHandler { destroy(handler.lease) }
    }

    /// Takes the child away if no other handler shares it.
    public func destroyFloatingPointCounter(_ handler: any CoreMetrics.FloatingPointCounterHandler) {
        if let handler = handler as? CounterHandler { destroy(handler.lease) }
    }

    /// Takes the child away if no other handler shares it.
    public func destroyMeter(_ handler: any CoreMetrics.MeterHandler) {
        if let handler = handler as? GaugeHandler { destroy(handler.lease) }
    }

    /// Takes the child away if no other handler shares it.
    public func destroyRecorder(_ handler: any CoreMetrics.RecorderHandler) {
        if let handler = handler as? GaugeHandler { destroy(handler.lease) }
        if let handler = handler as? HistogramHandler { destroy(handler.lease) }
    }

    /// Takes the child away if no other handler shares it.
    public func destroyTimer(_ handler: any CoreMetrics.TimerHandler) {
        if let handler = handler as? HistogramHandler { destroy(handler.lease) }
    }

    private func counterHandler(_ label: String, _ dimensions: [(String, String)]) -> CounterHandler {
        let stem = MetricName.stem(label)
        var family: CounterFamily?
        for name in ["\(stem)_total", "\(stem)_counter_total"] where family == nil {
            family = try? registry.counter(descriptor(name, label, .counter))
        }
        return CounterHandler(lease(family?.table, dimensions) ?? Lease(Counter(Series(name: stem))))
    }

    private func gaugeHandler(_ label: String, _ dimensions: [(String, String)]) -> GaugeHandler {
        let stem = MetricName.stem(label)
        var family: GaugeFamily?
        for name in [stem, "\(stem)_gauge"] where family == nil {
            family = try? registry.gauge(descriptor(name, label, .gauge))
        }
        return GaugeHandler(lease(family?.table, dimensions) ?? Lease(Gauge(Series(name: stem))))
    }

    private func histogramLease(
        _ name: String,
        _ label: String,
        _ dimensions: [(String, String)],
        _ buckets: Buckets
    ) -> Lease<Histogram> {
        var family: HistogramFamily?
        for name in [name, "\(name)_histogram"] where family == nil {
            family = try? registry.histogram(descriptor(name, label, .histogram, buckets))
        }
        return lease(family?.table, dimensions)
            ?? Lease(Histogram(Series(name: name), shape: BucketShape(buckets)))
    }

    private func descriptor(
        _ name: String,
        _ label: String,
        _ kind: MetricKind,
        _ buckets: Buckets? = nil
    ) -> MetricDescriptor {
        let help = help(label) ?? ""
        return MetricDescriptor(
            name: name,
            help: MetricDescriptor.isBlank(help) ? "Reported through swift-metrics." : help,
            kind: kind,
            labels: .free,
            buckets: buckets,
            maximumLabelSets: maximumLabelSets
        )
    }

    private func lease<Child>(_ table: ChildTable<Child>?, _ dimensions: [(String, String)]) -> Lease<Child>? {
        guard let table else { return nil }
        let key = MetricName.key(dimensions)
        return uses.withLock { uses in
            let child = table.child(key: key)
            uses[ObjectIdentifier(child), default: 0] += 1
            return Lease(child, table: table, key: key)
        }
    }

    private func destroy<Child>(_ lease: Lease<Child>) {
        guard let table = lease.table else { return }
        uses.withLock { uses in
            let id = ObjectIdentifier(lease.child)
            guard let count = uses[id] else { return }
            uses[id] = count > 1 ? count - 1 : nil
            if count == 1 { table.remove(lease.child, key: lease.key) }
        }
    }
}
