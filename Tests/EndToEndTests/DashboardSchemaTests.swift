import Foundation
import Testing

/// Grafana's own schema, as its foundation SDK has it, against the dashboards.
struct DashboardSchemaTests {
    @Test func `Grafana's models hold every dashboard as it is`() async throws {
        let files = try DashboardFile.all().map { DashboardFile.folder + "/\($0.name).json" }
        let run = try await CommandRun.python("dashboards.py", files)
        #expect(run.status == 0)
        #expect(run.output + run.errors == "")
    }

    @Test(arguments: [
        (#""type": "stat""#, #""type": "stat", "colour": "red""#, "colour"),
        (#""reduceOptions""#, #""reduceOption""#, "reduceOption"),
        (#""graphTooltip": 1"#, #""graphTooltips": 1"#, "graphTooltips"),
    ])
    func `what Grafana does not know is found`(good: String, bad: String, name: String) async throws {
        let folder = try TemporaryFolder()
        let text = try String(contentsOfFile: DashboardFile.folder + "/overview.json", encoding: .utf8)
        #expect(text.contains(good))
        let file = try folder.write("overview.json", text.replacing(good, with: bad))
        let run = try await CommandRun.python("dashboards.py", [file])
        #expect(run.status == 1)
        #expect(run.output.contains(name), "\(run.errors)")
    }
}
