/// Why a family was not registered.
public enum MetricError: Error, Equatable, Sendable {
    /// The name is not `[a-zA-Z_][a-zA-Z0-9_]*`. Colons are refused too: they are kept for recording rules.
    case invalidName(String)

    /// The name ends in a suffix that the formats give a meaning of their own (`_total` is for counters;
    /// `_bucket`, `_count`, `_sum` and `_created` are made from families).
    case reservedSuffix(name: String, suffix: String)

    /// A counter whose name does not end in `_total`, which OpenMetrics demands.
    case counterWithoutTotal(String)

    /// The help is empty or blank.
    case missingHelp(name: String)

    /// The label's name is not `[a-zA-Z_][a-zA-Z0-9_]*`, starts with `__`, or is `le` on a histogram.
    case invalidLabel(name: String, label: String)

    /// The label occurs twice.
    case duplicateLabel(name: String, label: String)

    /// More labels than ``MetricRegistry/maximumLabels``.
    case tooManyLabels(name: String, count: Int)

    /// The bounds are empty, not finite, not rising, or more than ``Buckets/maximumCount``.
    case invalidBuckets(name: String)

    /// Another family, named here, has the name already (or, in OpenMetrics, would have it: `jobs` and `jobs_total` are
    /// one family there) and differs in its kind, help, labels, buckets or maximum.
    case conflict(name: String, existing: String)

    /// More families than ``MetricRegistry/maximumFamilies``.
    case tooManyFamilies(name: String)
}
