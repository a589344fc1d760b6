public import PrometheusMetrics

/// A metric's name, meaning and shape.
public struct MetricDefinition: Sendable {
    public enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    public var name: String
    public var kind: Kind
    public var help: String
    public var labels: [String]
    /// For histograms.
    public var buckets: Buckets
    /// Label sets beyond this share the child whose labels are all `other`.
    public var maximumLabelSets: Int

    init(
        _ kind: Kind,
        _ name: String,
        _ help: String,
        labels: [String] = [],
        buckets: Buckets = .seconds,
        maximumLabelSets: Int = MetricRegistry.defaultMaximumLabelSets
    ) {
        self.kind = kind
        self.name = name
        self.help = help
        self.labels = labels
        self.buckets = buckets
        self.maximumLabelSets = maximumLabelSets
    }
}
