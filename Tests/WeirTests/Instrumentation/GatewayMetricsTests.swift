import PrometheusMetrics
import Queueing
import Testing
import Timekeeping
import WeChat

@testable import Dispatching
@testable import Telemetry
@testable import Weir

@Suite struct GatewayMetricsTests {
    private let registry = MetricRegistry()
    private let metrics: GatewayMetrics
    private let now = Timestamp(milliseconds: 1_795_190_400_000)

    init() throws {
        metrics = try GatewayMetrics(registry)
    }

    private func samples(_ name: String) -> [String] {
        String(decoding: registry.render(.openMetrics, names: [name]), as: UTF8.self)
            .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    @Test func `an app's messages are counted from 0, by type, priority and end`() {
        metrics.registerApp("main")
        let ends = samples("weir_messages_total")
        #expect(ends.count == MessageType.open.count * Priority.allCases.count * 6)
        #expect(ends.allSatisfy { $0.hasSuffix(" 0") })
        // It would count a message twice.
        #expect(!ends.contains { $0.contains("delivered") })
        #expect(samples("weir_messages_accepted_total").count == MessageType.open.count * Priority.allCases.count)
    }

    @Test func `clients begin at 0, and those that a reload took away go in a while`() {
        var configuration = GatewayConfiguration()
        metrics.configured(configuration, at: now)
        #expect(samples("weir_client_rejections_total") == [#"weir_client_rejections_total{client="none"} 0"#])
        configuration.clients = ["a": ClientConfiguration(keys: ["k"]), "b": ClientConfiguration(keys: ["l"])]
        metrics.configured(configuration, at: now)
        metrics.clientRefused(Caller(name: "b"))
        configuration.clients["b"] = nil
        metrics.configured(configuration, at: now)
        metrics.forgetDeparted(at: now + .seconds(899))
        #expect(samples("weir_client_rejections_total").contains(#"weir_client_rejections_total{client="b"} 1"#))
        metrics.forgetDeparted(at: now + .seconds(900))
        #expect(samples("weir_client_rejections_total") == [#"weir_client_rejections_total{client="a"} 0"#])
    }

    @Test func `the last load of the configuration is known to have been taken or refused`() {
        metrics.reloaded(at: now, succeeded: true)
        #expect(samples("weir_config_last_reload_successful") == ["weir_config_last_reload_successful 1"])
        metrics.reloaded(at: now, succeeded: false)
        #expect(samples("weir_config_last_reload_successful") == ["weir_config_last_reload_successful 0"])
    }

    @Test func `an exemplar holds the trace and the rid, as far as 128 characters go`() {
        let trace = String(repeating: "a", count: 32)
        let family = metrics.tokenRejections
        family.child("x").increment(exemplar: metrics.exemplar(traceID: trace, rid: "r-1", at: now))
        #expect(
            samples("weir_token_rejections_total") == [
                #"weir_token_rejections_total{app="x"} 1 # {trace_id="\#(trace)",rid="r-1"} 1 1795190400.000"#
            ]
        )
        let long = String(repeating: "r", count: 86)
        family.child("x").increment(exemplar: metrics.exemplar(traceID: trace, rid: long, at: now))
        #expect(samples("weir_token_rejections_total").first?.contains(##"# {trace_id="\##(trace)"} 1"##) == true)
        family.child("x").increment(exemplar: metrics.exemplar(traceID: nil, rid: "r-2", at: now))
        #expect(samples("weir_token_rejections_total").first?.contains(##"# {rid="r-2"} 1"##) == true)
        #expect(metrics.exemplar(traceID: nil, at: now) == nil)
    }

    @Test func `the catalog is what is registered, with the registry's own counter`() {
        let registered = Set(
            String(decoding: registry.render(), as: UTF8.self).split(separator: "\n")
                .filter { $0.hasPrefix("# TYPE ") }.compactMap { $0.split(separator: " ").dropFirst(2).first }
                .map(String.init)
        )
        #expect(registered.subtracting(MetricCatalog.all.map(\.name)) == [])
        #expect(registered.contains("prometheus_metrics_label_sets_refused_total"))
    }
}
