import Foundation
import Testing

/// docs/dashboards.md, the provisioning files and the runbooks against the dashboards.
struct DashboardDocumentationTests {
    private static func documentation() throws -> [String: [DashboardFile.Panel]] {
        let path = Binary.packageRoot + "/docs/dashboards.md"
        var listed: [String: [DashboardFile.Panel]] = [:]
        var dashboard = ""
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("## ") { dashboard = "Weir / " + line.dropFirst(3) }
            if line.hasPrefix("### ") {
                listed[dashboard, default: []].append(.init(isRow: true, title: String(line.dropFirst(4)), text: ""))
            }
            guard let entry = line.wholeMatch(of: /- \*\*(.+?)\*\*: (.+?)(?: \[Runbook\]\((.+?)\)\.)?/) else {
                continue
            }
            let (title, text, runbook) = (entry.output.1, entry.output.2, entry.output.3)
            listed[dashboard, default: []].append(
                .init(isRow: false, title: String(title), text: String(text), runbook: runbook.map(String.init))
            )
        }
        return listed
    }

    @Test func `the documentation lists every panel, in order, with what to see in it`() throws {
        let listed = try Self.documentation()
        let dashboards = try DashboardFile.all()
        #expect(Set(dashboards.compactMap { $0.json["title"]?.string }) == Set(listed.keys))
        for dashboard in dashboards {
            let documented = listed[dashboard.json["title"]?.string ?? ""] ?? []
            let shown = dashboard.panels.map { panel in
                var panel = panel
                panel.runbook = panel.runbook.map { "runbooks/" + ($0.split(separator: "/").last ?? "") }
                return panel
            }
            #expect(documented == shown, "\(dashboard.name)")
            #expect(shown.allSatisfy { $0.isRow || !$0.text.isEmpty })
        }
    }

    @Test func `every runbook that a panel links to is there`() throws {
        for dashboard in try DashboardFile.all() {
            let links = dashboard.panels.compactMap(\.runbook)
            #expect(!links.isEmpty, "\(dashboard.name)")
            for link in links {
                let file = Binary.packageRoot + "/docs/runbooks/" + (link.split(separator: "/").last ?? "")
                #expect(FileManager.default.fileExists(atPath: file), "\(dashboard.name): \(link)")
            }
        }
    }

    @Test func `Grafana is told where the dashboards and Prometheus are`() throws {
        let folder = Binary.packageRoot + "/grafana/provisioning/"
        let dashboards = try String(contentsOfFile: folder + "dashboards/weir.yml", encoding: .utf8)
        #expect(dashboards.contains("path: /etc/grafana/dashboards/weir"))
        let source = try String(contentsOfFile: folder + "datasources/prometheus.yml", encoding: .utf8)
        #expect(source.contains("type: prometheus"))
        // $__rate_interval is worked out from it.
        let scraping = try String(contentsOfFile: Binary.packageRoot + "/prometheus/prometheus.yml", encoding: .utf8)
        let interval = try #require(scraping.firstMatch(of: /scrape_interval: (\S+)/)?.output.1)
        #expect(source.contains("timeInterval: \(interval)"))
    }

    @Test func `marks show alerts, breakers, reloads and restarts on every dashboard`() throws {
        for dashboard in try DashboardFile.all() {
            let names = Set((dashboard.json["annotations"]?["list"]?.array ?? []).compactMap { $0["name"]?.string })
            let wanted: Set = ["Alerts", "Breakers", "Reloads", "Refused reloads", "Restarts"]
            #expect(names.isSuperset(of: wanted), "\(dashboard.name)")
        }
    }

    @Test func `the dashboards can be narrowed to an app, an api and a client`() throws {
        let names = Set(try DashboardFile.all().flatMap(\.variables).map(\.name))
        #expect(names.isSuperset(of: ["app", "api", "client"]))
        for dashboard in try DashboardFile.all() {
            for variable in dashboard.variables {
                let isUsed = dashboard.queries.contains { $0.expression.contains("$" + variable.name) }
                #expect(isUsed, "\(dashboard.name): $\(variable.name) changes nothing")
            }
        }
    }
}
