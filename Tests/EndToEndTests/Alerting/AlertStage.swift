import Foundation
import Synchronization

/// Debian's Prometheus and Alertmanager with Weir's own rules and routes, all durations shortened, and a receiver of webhooks.
final class AlertStage: Sendable {
    let folder: TemporaryFolder
    let evidence = Evidence()
    let watch: AlertWatch
    let desk: AlertDesk
    private let prometheus: HTTPEndpoint
    private let programs: [ChildProcess]
    /// Instances that are scraped, each with further labels.
    private let targets = Mutex<[String: [String: String]]>([:])

    private init(
        folder: TemporaryFolder,
        programs: [ChildProcess],
        prometheus: HTTPEndpoint,
        receiver: ChildProcess,
        desk: AlertDesk
    ) {
        self.folder = folder
        self.programs = programs + [receiver]
        self.prometheus = prometheus
        self.desk = desk
        watch = AlertWatch(prometheus: prometheus, receiver: receiver, desk: desk)
    }

    static func start() async throws -> AlertStage {
        let folder = try TemporaryFolder()
        let receiver = try Python.start("webhooks.py", [])
        let webhooks = try await eventually("the receiver listens") { receiver.output.first.flatMap { Int($0) } }
        let desk = try await AlertDesk()
        try await shorten(
            into: folder,
            webhooks: ["http://127.0.0.1:\(webhooks)/", "http://127.0.0.1:\(desk.weir.api.port)/v1/alerts"]
        )
        let alertmanager = try ChildProcess(
            "/usr/bin/env",
            [
                "prometheus-alertmanager", "--config.file=\(folder.path)/alertmanager.yml",
                "--storage.path=\(folder.path)/alertmanager", "--web.listen-address=127.0.0.1:0",
                "--cluster.listen-address=",
            ]
        )
        try folder.write("targets.json", "[]")
        try await folder.write("prometheus.yml", configuration(alertmanager: port(of: alertmanager)))
        let prometheus = try ChildProcess(
            "/usr/bin/env",
            [
                "prometheus", "--config.file=\(folder.path)/prometheus.yml",
                "--storage.tsdb.path=\(folder.path)/prometheus", "--web.listen-address=127.0.0.1:0",
                "--rules.alert.resend-delay=2s",
            ]
        )
        let api = HTTPEndpoint(port: try await port(of: prometheus))
        try await eventually("Prometheus is ready") { (try? await api.get("/-/ready").status) == 200 }
        return AlertStage(
            folder: folder,
            programs: [alertmanager, prometheus],
            prometheus: api,
            receiver: receiver,
            desk: desk
        )
    }

    /// Makes the test's rules and routes from those that are shipped. There it is nine o'clock in Shanghai.
    private static func shorten(into folder: TemporaryFolder, webhooks: [String]) async throws {
        let now = Int(Date().timeIntervalSince1970)
        let shorten = try await CommandRun.python(
            "shorten.py",
            [
                "--out", folder.path, "--day-began", "\((9 * 3600 - now % 86_400 + 86_400) % 86_400)",
                "--alertmanager", Binary.packageRoot + "/prometheus/alertmanager.yml", "--key", AlertDesk.key,
                // Each alert is to arrive; what keeps which alert quiet has a test of its own.
                "--without-inhibition",
            ] + webhooks.flatMap { ["--webhook", $0] } + RuleFiles.shipped()
        )
        guard shorten.status == 0 else { throw NeverHappened(description: "shorten.py: \(shorten.errors)") }
    }

    /// The port that one of Prometheus's programs says that it has bound.
    static func port(of program: ChildProcess) async throws -> Int {
        try await eventually("it listens") {
            if let status = program.status {
                throw NeverHappened(description: "it ended with \(status): \(program.lines.joined(separator: "\n"))")
            }
            let line = program.lines.first { $0.contains("\"Listening on\"") }
            return line?.split(separator: ":").last.flatMap { Int($0) }
        }
    }

    private static func configuration(alertmanager: Int) -> String {
        """
        global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
        rule_files: [\(RuleFiles.names().joined(separator: ", "))]
        scrape_configs:
          - job_name: weir
            file_sd_configs: [{files: [targets.json], refresh_interval: 1s}]
            metric_relabel_configs:
              # An instance that was given this label passes for one of that version.
              - {source_labels: [__name__, passes_for], regex: "weir_build_info;(.+)", target_label: version}
              - {action: labeldrop, regex: passes_for}
        alerting:
          alertmanagers: [{static_configs: [{targets: ["127.0.0.1:\(alertmanager)"]}]}]

        """
    }

    // MARK: Targets

    /// Has a scene's gateway scraped, with further labels.
    func scrape(_ scene: Scene, labels: [String: String] = [:]) async throws {
        try write { $0[scene.instance] = labels }
    }

    /// Has nothing scraped, until the action has ended.
    func withoutTargets(_ action: () async throws -> Void) async throws {
        let before = targets.withLock { $0 }
        try write { $0 = [:] }
        try await action()
        try write { $0 = before }
    }

    private func write(_ change: (inout [String: [String: String]]) -> Void) throws {
        try targets.withLock { targets in
            change(&targets)
            let entries = targets.map { instance, labels in
                let pairs = labels.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
                return "{\"targets\":[\"\(instance)\"],\"labels\":{\(pairs)}}"
            }
            try folder.write("targets.json", "[\(entries.joined(separator: ","))]")
        }
    }

    // MARK: Waiting

    /// The first value of an expression.
    func value(_ query: String) async throws -> Double? {
        let escaped = query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? query
        let result = try await prometheus.get("/api/v1/query?query=\(escaped)").json?["data"]?["result"]?.array.first
        return result?["value"]?.array.last?.string.flatMap(Double.init)
    }

    /// Waits until alerts have fired since `turn`, Alertmanager has told so, and the phone has shown it.
    func fired(_ alerts: [ExpectedAlert], since turn: Int, _ scene: Scene, _ what: String) async throws {
        try await watch.patiently {
            let missing = alerts.filter { alert in
                !histories(alert, scene)
                    .contains { $0.fired > turn && $0.toldFiring > turn && $0.shownFiring > turn }
            }
            return missing.isEmpty ? nil : "\(scene.name), \(what): not fired, told and shown: \(missing)"
        }
    }

    /// Waits until they have ended, Alertmanager has told so, and the phone has shown it, for each that it had told of.
    func resolved(_ alerts: [ExpectedAlert], _ scene: Scene, _ what: String) async throws {
        try await watch.patiently {
            let left = alerts.filter { alert in
                histories(alert, scene).contains {
                    $0.isFiring || $0.toldResolved < $0.toldFiring || $0.shownResolved < $0.toldFiring
                }
            }
            return left.isEmpty ? nil : "\(scene.name), \(what): not resolved, or not told or shown: \(left)"
        }
    }

    private func histories(_ alert: ExpectedAlert, _ scene: Scene) -> [AlertHistory] {
        watch.histories { alert.matches($0, instance: scene.instance, app: scene.name) }
    }
}
