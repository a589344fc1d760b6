import Foundation
import Testing

/// What prometheus/alertmanager.yml promises, asked of a real Alertmanager.
struct AlertmanagerTests {
    private static let file = Binary.packageRoot + "/prometheus/alertmanager.yml"

    @Test(arguments: [
        ("alertname=WeirWatchdog severity=info", "heartbeat"),
        ("alertname=WeirDown severity=critical job=weir", "page"),
        ("alertname=WeirBreakerOpen severity=warning job=weir app=main", "ticket"),
        ("alertname=WeirForeignTokens severity=info job=weir", "mail"), ("alertname=Another", "mail"),
        // Not by the way that failed.
        ("alertname=WeirNotificationsLost severity=critical job=weir sink=oncall", "mail-oncall"),
        ("alertname=WeirNotificationsNotStored severity=warning job=weir sink=oncall", "mail-oncall"),
    ])
    func `an alert goes to the receiver of its severity`(labels: String, receiver: String) async throws {
        let route = try await CommandRun.shell("amtool config routes test --config.file=\(Self.file) \(labels)")
        #expect(route.output.trimmingCharacters(in: .whitespacesAndNewlines) == receiver)
    }

    @Test func `no receiver leads through Weir alone`() throws {
        let text = try String(contentsOfFile: Self.file, encoding: .utf8)
        let receivers = try #require(text.components(separatedBy: "\nreceivers:").last).components(
            separatedBy: "- name:"
        )
        let throughWeir = receivers.filter { $0.contains("/v1/alerts") || $0.contains("*weir") }
        #expect(throughWeir.count >= 2)
        #expect(throughWeir.allSatisfy { $0.contains("email_configs:") })
    }

    @Test func `a cause keeps its consequences quiet, and nothing else`() async throws {
        let folder = try TemporaryFolder()
        // Nobody listens there: nothing is to arrive.
        let shorten = try await CommandRun.python(
            "shorten.py",
            ["--out", folder.path, "--alertmanager", Self.file, "--webhook", "http://127.0.0.1:9/"]
        )
        try #require(shorten.status == 0, "\(shorten.errors)")
        let alertmanager = try ChildProcess(
            "/usr/bin/env",
            [
                "prometheus-alertmanager", "--config.file=\(folder.path)/alertmanager.yml",
                "--storage.path=\(folder.path)/alertmanager", "--web.listen-address=127.0.0.1:0",
                "--cluster.listen-address=",
            ]
        )
        let api = HTTPEndpoint(port: try await AlertStage.port(of: alertmanager))
        for (number, inhibition) in Inhibition.all.enumerated() {
            let (source, target) = (
                own(inhibition.source, number, role: "source"), own(inhibition.target, number, role: "target")
            )
            #expect(try await api.post("/api/v2/alerts", "[\(source),\(target)]").status == 200)
            // It takes in what is quiet a moment after the alerts themselves.
            let wanted = inhibition.isQuiet ? ["target"] : []
            let quiet = try await eventually("both alerts are known, and \(wanted) quiet") { () -> [String?]? in
                let alerts = try await api.get("/api/v2/alerts?filter=row%3D%22\(number)%22").json?.array ?? []
                let quiet = alerts.filter { $0["status"]?["inhibitedBy"]?.array.isEmpty == false }
                    .map { $0["labels"]?["role"]?.string }
                return alerts.count == 2 && quiet.count >= wanted.count ? quiet : nil
            }
            #expect(quiet == wanted, "\(inhibition.testDescription)")
        }
    }

    /// The alert as JSON, told apart from the other rows' alerts.
    private func own(_ labels: [String: String], _ number: Int, role: String) -> String {
        var labels = labels.merging(["row": "\(number)", "role": role]) { $1 }
        for name in ["job", "instance"] { labels[name] = labels[name].map { "\($0)-\(number)" } }
        return "{\"labels\":{\(labels.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ","))}}"
    }
}
