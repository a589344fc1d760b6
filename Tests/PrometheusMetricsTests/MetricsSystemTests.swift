import CoreMetrics
import PrometheusMetrics
import Testing

/// What any library of the process records through swift-metrics.
struct MetricsSystemTests {
    /// swift-metrics takes one factory in a process's life.
    private static let registry = {
        let registry = MetricRegistry()
        MetricsSystem.bootstrap(PrometheusMetricsFactory(registry: registry))
        return registry
    }()

    @Test func `what a library records is in the same scrape as the registry's own`() throws {
        let registry = MetricsSystemTests.registry
        try registry.counter("own_total", help: "Its own.").child().increment()
        CoreMetrics.Counter(label: "hb.requests", dimensions: [("hb.uri", "/a"), ("status", "200")]).increment(by: 3)
        CoreMetrics.Timer(label: "hb.request.duration", dimensions: []).recordSeconds(2)
        CoreMetrics.Meter(label: "hb.requests.active").set(4)
        CoreMetrics.Recorder(label: "hb.body.size").record(9)
        let text = registry.text(.openMetrics)
        for line in [
            "own_total 1", #"hb_requests_total{hb_uri="/a",status="200"} 3"#,
            "hb_request_duration_seconds_count 1", "hb_request_duration_seconds_sum 2", "hb_requests_active 4",
            "hb_body_size_sum 9",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }
}
