public import PrometheusMetrics

/// How many label sets a metric of Weir's takes, and what becomes of those beyond. It follows from its labels alone, so that each app
/// and each client keeps numbers of its own in whatever is told of it: first its apis and types become `other`, then all but its name.
public struct MetricBound: Equatable, Sendable {
    /// Label sets of their own.
    public var labelSets: Int
    /// Where the others go, in order.
    public var overflows: [LabelOverflow]

    /// As many apps as may be configured, with what is called like one: robots, and what stands for foreign tokens.
    public static let apps = 11_000
    /// As many clients as may be configured, and what stands for none.
    public static let clients = 11_000
    /// Pairs of an app and an api.
    public static let pairs = 6_000
    /// Of pairs, or of apps, with something else.
    public static let combinations = 40_000

    /// Labels of which an app or a client has many values.
    private static let wide: Set<String> = ["api", "type"]

    init(_ labels: [String]) {
        let names = Set(labels)
        guard let owner = ["client", "app", "breaker"].first(where: names.contains) else {
            self.init(labelSets: MetricRegistry.defaultMaximumLabelSets, overflows: [])
            return
        }
        if owner == "breaker" { self.init(ofBreakers: names) } else { self.init(names, of: owner) }
    }

    private init(labelSets: Int, overflows: [LabelOverflow]) {
        self.labelSets = labelSets
        self.overflows = overflows
    }

    /// A breaker is named `APP~HOST~GROUP`: those that find no room are their app's `APP~other`.
    private init(ofBreakers names: Set<String>) {
        let kept = names.subtracting(["breaker"])
        let overflow = LabelOverflow(keeps: kept, shortens: ["breaker"], maximum: 3 * MetricBound.apps)
        self.init(labelSets: 3 * MetricBound.apps, overflows: [overflow])
    }

    private init(_ names: Set<String>, of owner: String) {
        let wide = owner == "client" ? MetricBound.wide.union(["app"]) : MetricBound.wide
        let (kept, everybody) = (names.subtracting(wide), owner == "client" ? MetricBound.clients : MetricBound.apps)
        guard names.count > 1 else {
            self.init(labelSets: everybody, overflows: [])
            return
        }
        let alone = LabelOverflow(keeps: [owner], maximum: everybody)
        let hasMore = kept != [owner] && kept != names
        let narrow = LabelOverflow(keeps: kept, maximum: MetricBound.combinations)
        self.init(
            labelSets: names == ["app", "api"] ? MetricBound.pairs : MetricBound.combinations,
            overflows: hasMore ? [narrow, alone] : [alone]
        )
    }
}
