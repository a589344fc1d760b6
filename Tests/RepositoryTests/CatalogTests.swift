import Foundation
import Testing
import Weir

/// Alerts, dashboards, recording rules and the documentation speak of the metrics that the code has, and of all of them.
@Suite struct CatalogTests {
    private static let prefixes = ["weir_", "process_"]
    private static let suffixes = ["_bucket", "_sum", "_count"]

    /// Metric names of Weir's and of the process in a text; a histogram's series count as the histogram.
    private static func names(in text: String) -> Set<String> {
        var found: Set<String> = []
        let histograms = MetricCatalog.all.filter { $0.kind == .histogram }.map(\.name)
        for word in text.split(whereSeparator: {
            !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":"))
        }) {
            guard prefixes.contains(where: word.hasPrefix), !word.contains(":") else { continue }
            var name = String(word)
            for suffix in suffixes where name.hasSuffix(suffix) {
                let stem = String(name.dropLast(suffix.count))
                if histograms.contains(stem) { name = stem }
            }
            found.insert(name)
        }
        return found
    }

    private static let operators = ["alerts", "grafana", "prometheus"]

    private static func files() throws -> [SourceFile] {
        try operators.flatMap { try Repository.files(in: $0, endings: [".yml", ".yaml", ".json"]) }
    }

    @Test func `every metric that rules and dashboards name is in the catalog`() throws {
        let known = Set(MetricCatalog.all.map(\.name))
        let files = try Self.files()
        #expect(!files.isEmpty)
        for file in files {
            #expect(Self.names(in: file.text).subtracting(known) == [], "\(file.path)")
        }
    }

    @Test func `every metric of the catalog is used by a rule or a dashboard`() throws {
        let used = try Self.files().reduce(into: Set<String>()) { $0.formUnion(Self.names(in: $1.text)) }
        #expect(Set(MetricCatalog.all.map(\.name)).subtracting(used) == [])
    }

    @Test func `every metric of the catalog is documented`() throws {
        let text = try String(contentsOf: Repository.root.appendingPathComponent("docs/metrics.md"), encoding: .utf8)
        #expect(Set(MetricCatalog.all.map(\.name)).subtracting(Self.names(in: text)) == [])
    }

    @Test func `no metric has two meanings`() {
        let names = MetricCatalog.all.map(\.name)
        #expect(Set(names).count == names.count)
        for metric in MetricCatalog.all {
            #expect((metric.kind == .counter) == metric.name.hasSuffix("_total"), "\(metric.name)")
        }
    }
}
