public import PrometheusMetrics

/// A metric's name, meaning and shape.
public struct MetricDefinition: Sendable {
    /// The metric's type, as Prometheus names it.
    public enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// With its unit, such as `weir_http_request_duration_seconds`.
    public var name: String
    /// Whether it only rises, goes up and down, or sorts values into buckets.
    public var kind: Kind
    /// The text of its `# HELP` line.
    public var help: String
    /// The names of its labels, in the order in which values are given.
    public var labels: [String]
    /// For histograms.
    public var buckets: Buckets
    /// How many label sets it takes, and what becomes of those beyond.
    public var bound: MetricBound

    init(
        _ kind: Kind,
        _ name: String,
        _ help: String,
        labels: [String] = [],
        buckets: Buckets = .seconds,
        labelSets: Int? = nil
    ) {
        self.kind = kind
        self.name = name
        self.help = help
        self.labels = labels
        self.buckets = buckets
        bound = MetricBound(labels)
        if let labelSets { bound.labelSets = labelSets }
    }
}

extension MetricRegistry {
    package func counter(_ definition: MetricDefinition) throws(MetricError) -> CounterFamily {
        try counter(
            definition.name,
            help: definition.help,
            labels: definition.labels,
            maximumLabelSets: definition.bound.labelSets,
            overflows: definition.bound.overflows
        )
    }

    package func gauge(_ definition: MetricDefinition) throws(MetricError) -> GaugeFamily {
        try gauge(
            definition.name,
            help: definition.help,
            labels: definition.labels,
            maximumLabelSets: definition.bound.labelSets,
            overflows: definition.bound.overflows
        )
    }

    package func histogram(_ definition: MetricDefinition) throws(MetricError) -> HistogramFamily {
        try histogram(
            definition.name,
            help: definition.help,
            labels: definition.labels,
            buckets: definition.buckets,
            maximumLabelSets: definition.bound.labelSets,
            overflows: definition.bound.overflows
        )
    }
}
