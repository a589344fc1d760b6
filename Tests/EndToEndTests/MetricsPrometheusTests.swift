import Foundation
import Testing

/// A real Prometheus.
struct MetricsPrometheusTests {
    @Test func `Prometheus scrapes the gateway and finds it up`() async throws {
        let traffic = try await MetricsTraffic.run()
        let folder = try TemporaryFolder()
        let (prometheus, api) = try await start(in: folder, scraping: traffic.stage.weir.admin.port)
        try await eventually("Prometheus finds the gateway up") { try await value("up", api) == 1 }
        try await eventually("it has twice what is counted") {
            (try await value("sum(count_over_time(up[1m]))", api) ?? 0) >= 2
        }
        #expect(try await value("weir_build_info", api) == 1)
        #expect(try await value("sum(weir_messages_ended_total)", api) == 60)
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

    @Test func `a Prometheus that takes native histograms gets them, and quantiles without an le`() async throws {
        let traffic = try await MetricsTraffic.run()
        let folder = try TemporaryFolder()
        let (prometheus, api) = try await start(
            in: folder,
            scraping: traffic.stage.weir.admin.port,
            "--enable-feature=native-histograms"
        )
        let sending = "sum(weir_message_send_duration_seconds)"
        // Prometheus listens before it answers.
        try await eventually("the histograms are there") {
            (try? await value("histogram_count(\(sending))", api)).flatMap { $0 } != nil
        }
        let text = try await traffic.stage.weir.metrics()
        #expect(
            try await value("histogram_count(\(sending))", api) == text.sum("weir_message_send_duration_seconds_count")
        )
        let sum = try #require(try await value("histogram_sum(\(sending))", api))
        #expect(abs(sum - text.sum("weir_message_send_duration_seconds_sum")) < 1e-9 * sum)
        var quantiles: [Double] = []
        for quantile in [0.01, 0.5, 0.99] {
            quantiles.append(try #require(try await value("histogram_quantile(\(quantile), \(sending))", api)))
        }
        #expect(quantiles == quantiles.sorted())
        #expect(quantiles[0] > 0)
        // No value is above the mean times their number.
        #expect(quantiles[2] <= sum)
        #expect(try await value("count(weir_message_send_duration_seconds_bucket)", api) == nil)
        // A new counter is 0 in its first scrape.
        try await eventually("all are counted") { try await value("sum(weir_messages_accepted_total)", api) == 60 }
        prometheus.signal(SIGTERM)
        try await prometheus.ended()
        #expect(!prometheus.lines.contains { $0.contains("level=warn") && $0.contains("scrape") })
    }

    @Test func `an app's very first failure is a rise for increase()`() async throws {
        let stage = try await Stage.start()
        let folder = try TemporaryFolder()
        let (prometheus, api) = try await start(in: folder, scraping: stage.weir.admin.port)
        // It listens before it answers.
        try await eventually("it is scraped") { (try? await value("up", api)) == 1 }
        try await stage.sandbox.fault(#""kind":"errcode","errcode":47003,"count":1"#)
        let failed = try await stage.weir.accept(.template(to: "o-1"))
        try await stage.weir.wait(failed, for: "failed")
        try await eventually("the failure is seen") {
            try await value(#"max_over_time(weir_upstream_errcodes_total{errcode="47003"}[1m])"#, api) == 1
        }
        let rise = try await value(#"sum(increase(weir_upstream_errcodes_total{errcode="47003"}[1m]))"#, api)
        #expect((rise ?? 0) > 0.9)
        prometheus.signal(SIGTERM)
        try await prometheus.ended()
    }

    private func start(
        in folder: TemporaryFolder,
        scraping port: Int,
        _ options: String...
    ) async throws -> (ChildProcess, HTTPEndpoint) {
        let file = try folder.write(
            "prometheus.yml",
            """
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
              - job_name: weir
                static_configs: [{targets: ["127.0.0.1:\(port)"]}]
            """
        )
        let prometheus = try ChildProcess(
            "/usr/bin/env",
            [
                "prometheus", "--config.file=\(file)", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:0",
            ] + options
        )
        let own = try await eventually("Prometheus listens") {
            prometheus.lines.first { $0.contains("\"Listening on\"") }?.split(separator: ":").last.flatMap { Int($0) }
        }
        return (prometheus, HTTPEndpoint(port: own))
    }

    private func value(_ query: String, _ api: HTTPEndpoint) async throws -> Double? {
        let escaped = query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? query
        let result = try await api.get("/api/v1/query?query=\(escaped)").json?["data"]?["result"]?.array.first
        return result?["value"]?.array.last?.string.flatMap(Double.init)
    }
}
