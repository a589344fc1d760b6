import Foundation

/// One of `grafana/dashboards`: what it asks Prometheus.
struct DashboardFile: Sendable {
    /// One query of a panel or an annotation.
    struct Query: Hashable, Sendable, CustomStringConvertible {
        var dashboard: String
        var panel: String
        var expression: String
        /// Asked for one instant, as tables do; otherwise for a span of time.
        var isInstant: Bool

        var description: String { "\(dashboard): \(panel): \(expression)" }
    }

    /// A panel as Grafana shows it; rows are headings.
    struct Panel: Equatable, Sendable {
        var isRow: Bool
        var title: String
        var text: String
        var runbook: String?
    }

    var name: String
    var json: JSONAny

    static let folder = Binary.packageRoot + "/grafana/dashboards"

    static func all() throws -> [DashboardFile] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.sorted().map {
            file in
            let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
            guard let json = JSONAny(text) else { throw NeverHappened(description: "\(file) is not JSON") }
            return DashboardFile(name: String(file.dropLast(".json".count)), json: json)
        }
    }

    var panels: [Panel] {
        (json["panels"]?.array ?? []).map { panel in
            Panel(
                isRow: panel["type"]?.string == "row",
                title: panel["title"]?.string ?? "",
                text: panel["description"]?.string ?? "",
                runbook: panel["links"]?.array.first?["url"]?.string
            )
        }
    }

    var queries: [Query] {
        let shown = (json["panels"]?.array ?? []).flatMap { panel in
            (panel["targets"]?.array ?? []).map { target in
                Query(
                    dashboard: name,
                    panel: panel["title"]?.string ?? "",
                    expression: target["expr"]?.string ?? "",
                    isInstant: target["instant"] == .bool(true)
                )
            }
        }
        let marks = (json["annotations"]?["list"]?.array ?? []).filter { $0["expr"] != nil }.map { mark in
            Query(
                dashboard: name,
                panel: "annotation \(mark["name"]?.string ?? "")",
                expression: mark["expr"]?.string ?? "",
                isInstant: false
            )
        }
        return shown + marks
    }

    /// The variables that are filled by a query: name and query.
    var variables: [(name: String, query: String)] {
        (json["templating"]?["list"]?.array ?? []).filter { $0["type"]?.string == "query" }.map {
            ($0["name"]?.string ?? "", $0["query"]?["query"]?.string ?? "")
        }
    }
}
