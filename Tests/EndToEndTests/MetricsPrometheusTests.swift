import Foundation
import Testing

/// A real Prometheus.
struct MetricsPrometheusTests {
    @Test func `Prometheus scrapes the gateway and finds it up`() async throws {
        let traffic = try await MetricsTraffic.run()
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "prometheus.yml",
            """
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
              - job_name: weir
                static_configs: [{targets: ["127.0.0.1:\(traffic.stage.weir.admin.port)"]}]
            """
        )
        let prometheus = try ChildProcess(
            "/usr/bin/env",
            [
                "prometheus", "--config.file=\(file)", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:0",
            ]
        )
        let port = try await eventually("Prometheus listens") {
            prometheus.lines.first { $0.contains("\"Listening on\"") }?.split(separator: ":").last.flatMap { Int($0) }
        }
        let api = HTTPEndpoint(port: port)
        try await eventually("Prometheus finds the gateway up") { try await value("up", api) == 1 }
        try await eventually("it has twice what is counted") {
            (try await value("sum(count_over_time(up[1m]))", api) ?? 0) >= 2
        }
        #expect(try await value("weir_build_info", api) == 1)
        #expect(try await value("sum(weir_messages_total)", api) == 60)
        #expect((try await value("scrape_samples_scraped", api) ?? 0) > 200)
        #expect(
            (try await value("histogram_quantile(0.9, sum by (le) (weir_message_send_duration_seconds_bucket))", api)
                ?? 0) > 0
        )
        let targets = try await api.get("/api/v1/targets?state=active").json?["data"]?["activeTargets"]?.array
        #expect(targets?.first?["lastError"]?.string == "")
        prometheus.signal(SIGTERM)
        try await prometheus.ended()
        #expect(!prometheus.lines.contains { $0.contains("level=warn") && $0.contains("scrape") })
    }

    private func value(_ query: String, _ api: HTTPEndpoint) async throws -> Double? {
        let escaped = query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? query
        let result = try await api.get("/api/v1/query?query=\(escaped)").json?["data"]?["result"]?.array.first
        return result?["value"]?.array.last?.string.flatMap(Double.init)
    }
}
