import Foundation

/// Debian's Alertmanager, which posts to a gateway.
final class AlertsAPIAlertmanager: Sendable {
    let process: ChildProcess
    let api: HTTPEndpoint

    private init(process: ChildProcess, port: Int) {
        self.process = process
        api = HTTPEndpoint(port: port)
    }

    /// - Parameter folder: holds its data; a second one started on it goes on where the first one ended.
    static func start(_ folder: TemporaryFolder, weir port: Int) async throws -> AlertsAPIAlertmanager {
        let key = Stage.key(of: AlertsAPIStage.client)
        try folder.write(
            "alertmanager.yml",
            """
            route: {receiver: weir, group_by: [alertname], group_wait: 100ms, group_interval: 1s, repeat_interval: 1h}
            receivers:
              - name: weir
                webhook_configs:
                  - url: "http://127.0.0.1:\(port)/v1/alerts"
                    http_config: {authorization: {credentials: \(key)}}
            """
        )
        let process = try ChildProcess(
            "/usr/bin/env",
            [
                "prometheus-alertmanager", "--config.file=\(folder.path)/alertmanager.yml",
                "--storage.path=\(folder.path)/alertmanager", "--web.listen-address=127.0.0.1:0",
                "--cluster.listen-address=", "--log.format=json",
            ]
        )
        let bound = try await eventually("Alertmanager listens") {
            process.lines.lazy.compactMap { JSONAny($0) }
                .first { $0["msg"]?.string == "Listening on" }?["address"]?.string?.split(separator: ":").last
                .flatMap { Int($0) }
        }
        let alertmanager = AlertsAPIAlertmanager(process: process, port: bound)
        try await eventually("Alertmanager is ready") {
            (try? await alertmanager.api.get("/-/ready").status) == 200
        }
        return alertmanager
    }

    /// Tells of alerts as Prometheus does: each an object of Alertmanager's API.
    func tell(_ alerts: [String]) async throws {
        let answer = try await api.post("/api/v2/alerts", "[\(alerts.joined(separator: ","))]")
        guard answer.status == 200 else {
            throw NeverHappened(description: "not taken: \(answer.status) \(answer.text)")
        }
    }

    /// An alert as Prometheus tells it.
    static func alert(_ labels: [String: String], summary: String = "it is down", hasEnded: Bool = false) -> String {
        let texts = labels.sorted { $0.key < $1.key }
            .map { "\(JSONAny.quoted($0.key)):\(JSONAny.quoted($0.value))" }
            .joined(separator: ",")
        // A fixed beginning: told again it is the same alert.
        let end = hasEnded ? "2026-01-01T01:00:00Z" : "2099-01-01T00:00:00Z"
        return """
            {"labels":{\(texts)},"annotations":{"summary":\(JSONAny.quoted(summary))},\
            "startsAt":"2026-01-01T00:00:00Z","endsAt":"\(end)"}
            """
    }

    func crash() async throws {
        process.signal(SIGKILL)
        try await process.ended()
    }
}
