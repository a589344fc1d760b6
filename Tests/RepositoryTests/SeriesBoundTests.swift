import Foundation
import PrometheusMetrics
import Testing
import WeChat
import Weir

/// The most series that there can ever be, as docs/metrics.md has it: from the catalog's labels and bounds alone.
@Suite struct SeriesBoundTests {
    /// How much is configured.
    private struct Scale {
        var apps: Int
        var clients: Int

        /// How many values a label can have. Apps: with robots and what stands for foreign tokens.
        func values(of label: String) -> Int? {
            switch label {
            case "app": apps + 20
            case "client": clients + 1
            case "destination": clients + 33
            case "breaker": (apps + 20) * APIGroup.allCases.count
            case "api": APICatalog.labels.count + 1
            case "errcode": 400
            case "outcome": Outcome.allCases.count
            case "priority": 4
            case "type": MessageType.allCases.count
            case "metric": MetricCatalog.all.count
            case "route": 24
            case "status": 40
            case "method": 8
            case "sink": 20
            case "reason", "state", "result", "resolution", "kind", "class", "to", "part", "pool", "listener", "source":
                16
            case "mode": 2
            case "version", "commit", "swift": 1
            default: nil
            }
        }
    }

    private static func product(_ labels: some Sequence<String>, at scale: Scale) throws -> Int {
        try labels.reduce(1) { product, label in
            let values = try #require(scale.values(of: label), "how many values has \(label)?")
            return product.multipliedReportingOverflow(by: values).overflow ? .max : product * values
        }
    }

    /// The most children of a family: of its own, and of each overflow that anything is left for.
    private static func children(of metric: MetricDefinition, at scale: Scale) throws -> Int {
        let all = try product(metric.labels, at: scale)
        guard all > metric.bound.labelSets else { return all }
        var sum = metric.bound.labelSets
        for overflow in metric.bound.overflows {
            let shortened = overflow.shortens.isEmpty ? 1 : scale.apps + 20
            let most = try product(overflow.keeps, at: scale) * shortened
            sum += min(most, overflow.maximum)
            if most <= overflow.maximum { return sum }
        }
        return sum + 1
    }

    private static func series(of metric: MetricDefinition, at scale: Scale) throws -> Int {
        try children(of: metric, at: scale) * (metric.kind == .histogram ? metric.buckets.bounds.count + 3 : 1)
    }

    @Test func `the documented bounds hold whatever happens`() throws {
        let page = try String(contentsOf: Repository.root.appendingPathComponent("docs/metrics.md"), encoding: .utf8)
        let rows = page.matches(of: /\| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|\n/).map { row in
            [row.output.1, row.output.2, row.output.3].compactMap { Int($0.filter { $0 != "," }) }
        }
        #expect(rows.map(\.first) == [1, 100, 10_000])
        for row in rows {
            let scale = Scale(apps: row[0], clients: row[1])
            let most = try MetricCatalog.all.reduce(0) { try $0 + Self.series(of: $1, at: scale) }
            #expect(most <= row[2], "\(row[0]) apps: \(most)")
            // A bound that is far off says nothing.
            #expect(most * 2 > row[2], "\(row[0]) apps: \(most)")
        }
    }

    /// Beyond its own label sets a family keeps its app, or its client, in children that there is room for one each of.
    @Test func `no app and no client is ever told under other`() {
        let scale = Scale(apps: 10_000, clients: 10_000)
        for metric in MetricCatalog.all {
            guard let owner = ["client", "app", "breaker"].first(where: metric.labels.contains) else { continue }
            let last = metric.bound.overflows.last
            let (keeps, room) = (last?.keeps ?? [owner], last?.maximum ?? metric.bound.labelSets)
            #expect(keeps.contains(owner) || last?.shortens.contains(owner) == true, "\(metric.name)")
            guard owner != "breaker", keeps == [owner] else { continue }
            #expect(room >= scale.values(of: owner) ?? .max, "\(metric.name)")
        }
    }
}
