internal import Synchronization

/// Families of metrics, each registered once, and their exposition.
///
/// Names are checked when a family is registered; nothing that happens after that can fail. The registry keeps one
/// family of its own, ``refusedLabelSetsName``: label values that found a family full (or were of the wrong number) and count
/// under `other`.
public final class MetricRegistry: Sendable {
    /// The most families a registry holds.
    public static let maximumFamilies = 2_000

    /// The most labels a family has.
    public static let maximumLabels = 16

    /// Where a label value is cut, in bytes of UTF-8.
    public static let maximumLabelValueBytes = 256

    /// How many children a family may have when nothing else is said; the `other` child comes on top.
    public static let defaultMaximumLabelSets = 2_000

    /// The counter that every registry has: of sets of label values that found no room, by metric. Each counts once, up to 10,000 of
    /// them a metric.
    public static let refusedLabelSetsName = "weir_metrics_label_sets_refused_total"

    /// The help of ``refusedLabelSetsName``.
    public static let refusedLabelSetsHelp =
        "Sets of label values that found no room in a metric, or had the wrong number, and count under other, each once."

    struct State {
        /// By the name in OpenMetrics, under which two families are one.
        var families: [String: MetricFamily] = [:]
        /// By the name in the text format.
        var sorted: [MetricFamily] = []
        var hooks: [@Sendable () -> Void] = []
    }

    let state: Mutex<State>
    let lastSize = Atomic<Int>(0)
    private let refusals: CounterFamily

    /// A registry that holds only the family of its own.
    public init() {
        let descriptor = MetricDescriptor(
            name: Self.refusedLabelSetsName,
            help: Self.refusedLabelSetsHelp,
            kind: .counter,
            labels: .fixed(["metric"]),
            maximumLabelSets: Self.maximumFamilies
        )
        refusals = CounterFamily(ChildTable(descriptor, shape: (), refused: nil))
        let family = MetricFamily.counter(refusals)
        state = Mutex(State(families: [descriptor.openMetricsName: family], sorted: [family]))
    }

    /// Registers counters, or returns the family that the same call registered before.
    ///
    /// - Parameters:
    ///   - name: Ends in `_total`.
    ///   - help: One sentence for people.
    ///   - labels: The names of the labels that every child has.
    ///   - maximumLabelSets: How many children there may be before the overflows take the rest.
    ///   - overflows: Where what finds no room goes, in order; at last to the child whose values are all `other`.
    /// - Throws: ``MetricError`` if a name breaks a rule or another family has it.
    public func counter(
        _ name: String,
        help: String,
        labels: [String] = [],
        maximumLabelSets: Int = defaultMaximumLabelSets,
        overflows: [LabelOverflow] = []
    ) throws(MetricError) -> CounterFamily {
        let descriptor = MetricDescriptor(
            name: name,
            help: help,
            kind: .counter,
            labels: .fixed(labels),
            maximumLabelSets: maximumLabelSets,
            overflows: overflows
        )
        return try counter(descriptor)
    }

    /// Registers gauges, or returns the family that the same call registered before.
    ///
    /// - Throws: ``MetricError`` if a name breaks a rule or another family has it.
    public func gauge(
        _ name: String,
        help: String,
        labels: [String] = [],
        maximumLabelSets: Int = defaultMaximumLabelSets,
        overflows: [LabelOverflow] = []
    ) throws(MetricError) -> GaugeFamily {
        let descriptor = MetricDescriptor(
            name: name,
            help: help,
            kind: .gauge,
            labels: .fixed(labels),
            maximumLabelSets: maximumLabelSets,
            overflows: overflows
        )
        return try gauge(descriptor)
    }

    /// Registers histograms, or returns the family that the same call registered before.
    ///
    /// - Throws: ``MetricError`` if a name or the buckets break a rule or another family has the name.
    public func histogram(
        _ name: String,
        help: String,
        labels: [String] = [],
        buckets: Buckets = .seconds,
        maximumLabelSets: Int = defaultMaximumLabelSets,
        overflows: [LabelOverflow] = []
    ) throws(MetricError) -> HistogramFamily {
        let descriptor = MetricDescriptor(
            name: name,
            help: help,
            kind: .histogram,
            labels: .fixed(labels),
            buckets: buckets,
            maximumLabelSets: maximumLabelSets,
            overflows: overflows
        )
        return try histogram(descriptor)
    }

    /// Adds a closure that runs before every rendering, to bring gauges and totals kept elsewhere up to date.
    ///
    /// It runs on the scraping thread, outside the registry's lock, and may run twice at a time if two scrapes do.
    public func onCollect(_ hook: @escaping @Sendable () -> Void) {
        state.withLock { $0.hooks.append(hook) }
    }

    func counter(_ descriptor: MetricDescriptor) throws(MetricError) -> CounterFamily {
        let family = try register(descriptor) {
            .counter(CounterFamily(ChildTable(descriptor, shape: (), refused: $0)))
        }
        guard case .counter(let counters) = family else { throw conflict(descriptor, family) }
        return counters
    }

    func gauge(_ descriptor: MetricDescriptor) throws(MetricError) -> GaugeFamily {
        let family = try register(descriptor) { .gauge(GaugeFamily(ChildTable(descriptor, shape: (), refused: $0))) }
        guard case .gauge(let gauges) = family else { throw conflict(descriptor, family) }
        return gauges
    }

    func histogram(_ descriptor: MetricDescriptor) throws(MetricError) -> HistogramFamily {
        let shape = BucketShape(descriptor.buckets ?? .seconds)
        let family = try register(descriptor) {
            .histogram(HistogramFamily(ChildTable(descriptor, shape: shape, refused: $0)))
        }
        guard case .histogram(let histograms) = family else { throw conflict(descriptor, family) }
        return histograms
    }

    private func register(
        _ descriptor: MetricDescriptor,
        make: (_ refused: Counter?) -> MetricFamily
    ) throws(MetricError) -> MetricFamily {
        try descriptor.validate()
        return try state.withLock { (state) throws(MetricError) -> MetricFamily in
            if let existing = state.families[descriptor.openMetricsName] {
                guard existing.descriptor == descriptor else { throw conflict(descriptor, existing) }
                return existing
            }
            guard state.families.count < Self.maximumFamilies else { throw .tooManyFamilies(name: descriptor.name) }
            let family = make(descriptor.labels.isEmpty ? nil : refusals.child(descriptor.name))
            state.families[descriptor.openMetricsName] = family
            let place = state.sorted.firstIndex { $0.descriptor.name > descriptor.name } ?? state.sorted.endIndex
            state.sorted.insert(family, at: place)
            return family
        }
    }

    private func conflict(_ descriptor: MetricDescriptor, _ existing: MetricFamily) -> MetricError {
        .conflict(name: descriptor.name, existing: existing.descriptor.name)
    }
}
