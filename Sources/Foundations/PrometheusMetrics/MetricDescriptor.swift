/// All that is fixed when a family is registered.
struct MetricDescriptor: Equatable, Sendable {
    var name: String
    var help: String
    var kind: MetricKind
    var labels: LabelNames
    var buckets: Buckets?
    var maximumLabelSets: Int

    /// The family's name in OpenMetrics, where the `_total` of a counter belongs to its sample only.
    var openMetricsName: String {
        kind == .counter && name.hasSuffix("_total") ? String(name.dropLast(6)) : name
    }

    /// The base unit that the family's name ends in, if any: OpenMetrics wants the two to agree.
    var unit: String? {
        let name = openMetricsName
        return Self.baseUnits.first { name.hasSuffix("_" + $0) }
    }

    private static let baseUnits = [
        "seconds", "bytes", "ratio", "celsius", "meters", "volts", "amperes", "joules", "grams",
    ]
}
