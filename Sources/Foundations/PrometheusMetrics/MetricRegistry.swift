internal import Synchronization

/// Families of metrics, each registered once, and their exposition.
///
/// Names are checked when a family is registered; nothing that happens after that can fail. The registry keeps one
/// family of its own, `prometheus_metrics_label_sets_refused_total{metric}`: how often a family that is full (or was
/// asked with the wrong number of values) answered with its `other` child.
public final class MetricRegistry: Sendable {
    /// The most families a registry holds.
    public static let maximumFamilies = 2_000

    /// The most labels a family has.
    public static let maximumLabels = 16

    /// Where a label value is cut, in bytes of UTF-8.
    public static let maximumLabelValueBytes = 256

    /// How many children a family may have when nothing else is said; the `other` child comes on top.
    public static let defaultMaximumLabelSets = 2_000

    /// The counter that every registry has: of label values that found no room, by metric.
    public static let refusedLabelSetsName = "prometheus_metrics_label_sets_refused_total"

    /// The help of ``refusedLabelSetsName``.
    public static let refusedLabelSetsHelp =
        "Lookups of label values that found no room in a family, or had the wrong number, and got its other child."

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
    ///   - maximumLabelSets: How many children there may be before `other` takes the rest.
    /// - Throws: ``MetricError`` if a name breaks a rule or another family has it.
    public func counter(
        _ name: String,
        help: String,
        labels: [String] = [],
        maximumLabelSets: Int = defaultMaximumLabelSets
    ) throws(MetricError) -> CounterFamily {
        let descriptor = MetricDescriptor(
            name: name,
            help: help,
            kind: .counter,
            labels: .fixed(labels),
            maximumLabelSets: maximumLabelSets
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
        maximumLabelSets: Int = defaultMaximumLabelSets
    ) throws(MetricError) -> GaugeFamily {
        let descriptor = MetricDescriptor(
            name: name,
            help: help,
            kind: .gauge,
            labels: .fixed(labels),
            maximumLabelSets: maximumLabelSets
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
        maximumLabelSets: Int = defaultMaximumLabelSets
    ) throws(MetricError) -> HistogramFamily {
        let descriptor = MetricDescriptor(
            name: name,
            help: help,
            kind: .histogram,
            labels: .fixed(labels),
            buckets: buckets,
            maximumLabelSets: maximumLabelSets
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

extension MetricRegistry {
    /// Runs the hooks and renders the families, sorted by name, and their children, sorted by labels.
    ///
    /// Updates go on meanwhile and are never blocked; a child that is looked up waits for no more than the copying of a reference.
    ///
    /// - Parameters:
    ///   - format: The exposition format.
    ///   - names: The families to show, by the name in either format (`name[]` of a scrape); empty for all of them.
    public func render(_ format: ExpositionFormat = .text, names: Set<String> = []) -> [UInt8] {
        for hook in state.withLock({ $0.hooks }) { hook() }
        let families = state.withLock { $0.sorted }
        var output: [UInt8] = []
        // Growing step by step would copy everything about twice; the last scrape tells how long this one will be.
        if names.isEmpty { output.reserveCapacity(lastSize.load(ordering: .relaxed) * 9 / 8 + 4096) }
        for family in families where isShown(family, in: names) {
            family.render(into: &output, as: format)
        }
        if format == .openMetrics { output += Array("# EOF\n".utf8) }
        if names.isEmpty { lastSize.store(output.count, ordering: .relaxed) }
        return output
    }

    private func isShown(_ family: MetricFamily, in names: Set<String>) -> Bool {
        names.isEmpty || names.contains(family.descriptor.name) || names.contains(family.descriptor.openMetricsName)
    }
}

/// Any family that a registry holds.
enum MetricFamily: Sendable {
    case counter(CounterFamily)
    case gauge(GaugeFamily)
    case histogram(HistogramFamily)

    var descriptor: MetricDescriptor {
        switch self {
        case .counter(let family): family.table.descriptor
        case .gauge(let family): family.table.descriptor
        case .histogram(let family): family.table.descriptor
        }
    }

    func render(into output: inout [UInt8], as format: ExpositionFormat) {
        switch self {
        case .counter(let family): family.table.render(into: &output, as: format)
        case .gauge(let family): family.table.render(into: &output, as: format)
        case .histogram(let family): family.table.render(into: &output, as: format)
        }
    }
}
