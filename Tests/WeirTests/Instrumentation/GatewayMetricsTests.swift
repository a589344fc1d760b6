import PrometheusMetrics
import Queueing
import Testing
import Timekeeping
import WeChat

@testable import Dispatching
@testable import Relaying
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

    @Test func `of a quiet app there is one series`() {
        let before = lines()
        for app in 0..<100 { metrics.registerApp("app\(app)") }
        #expect(lines() - before == 100)
        #expect(samples("weir_token_rejections_total").count == 100)
    }

    private func lines() -> Int {
        String(decoding: registry.render(), as: UTF8.self).split(separator: "\n").count { !$0.hasPrefix("#") }
    }

    @Test func `an api's series are made when there is something to count`() {
        let gate = GateName(number: 1, app: "main", api: "/cgi-bin/user/info")
        metrics.registerGate(gate)
        #expect(samples("weir_limiter_permits_total").count == 1)
        #expect(samples("weir_upstream_requests_total").isEmpty)
        #expect(samples("weir_upstream_request_duration_seconds").isEmpty)
        for outcome in [Outcome.accepted, .recipient, .accepted] { metrics.ended(end(gate, outcome), traceID: nil) }
        #expect(
            samples("weir_upstream_requests_total") == [
                #"weir_upstream_requests_total{app="main",api="/cgi-bin/user/info",outcome="accepted"} 2"#,
                #"weir_upstream_requests_total{app="main",api="/cgi-bin/user/info",outcome="recipient"} 1"#,
            ]
        )
    }

    private func end(
        _ gate: GateName,
        _ outcome: Outcome,
        number: Int = 1,
        _ disposition: Disposition = .ended(.sent)
    ) -> AttemptEnd {
        let moment = Moment(instant: Instant(nanoseconds: 0), timestamp: now)
        return AttemptEnd(
            gate: gate,
            host: "https://api.weixin.qq.com",
            number: number,
            startedAt: moment,
            endedAt: moment,
            classification: Classification(outcome: outcome, breaker: .ignored),
            disposition: disposition,
            className: "available",
            traceparent: ""
        )
    }

    @Test func `a repeat has a result, and a first attempt has none`() {
        let gate = GateName(number: 1, app: "main", api: "/cgi-bin/user/info")
        let pause = Disposition.waiting(Obstacle(.throttled))
        for (outcome, number, disposition) in [
            (Outcome.transient, 1, pause), (.accepted, 1, .ended(.sent)), (.accepted, 2, .ended(.sent)),
            (.transient, 2, pause), (.unknown, 3, .tokenRetry), (.request, 4, .ended(.failed)),
        ] as [(Outcome, Int, Disposition)] {
            metrics.ended(end(gate, outcome, number: number, disposition), traceID: nil)
        }
        #expect(
            samples("weir_retry_results_total") == [
                #"weir_retry_results_total{app="main",class="available",result="failed"} 2"#,
                #"weir_retry_results_total{app="main",class="available",result="given_up"} 1"#,
                #"weir_retry_results_total{app="main",class="available",result="recovered"} 1"#,
            ]
        )
    }

    @Test func `a client's calls are counted by app and result, and timed, until one of them goes`() {
        let caller = Caller(name: "orders")
        for (app, result) in [("a", RelayedCall.Result.ok), ("a", .ok), ("a", .refused), ("b", .ok)] {
            let call = RelayedCall(caller: caller, app: app, result: result, took: .seconds(2), own: .milliseconds(1))
            metrics.answered(call)
        }
        metrics.handedOver(.refused, by: "", app: nil)
        #expect(
            samples("weir_client_calls_total") == [
                #"weir_client_calls_total{client="orders",app="a",result="ok"} 2"#,
                #"weir_client_calls_total{client="orders",app="a",result="refused"} 1"#,
                #"weir_client_calls_total{client="orders",app="b",result="ok"} 1"#,
            ]
        )
        #expect(
            samples("weir_client_call_duration_seconds").last
                == #"weir_client_call_duration_seconds_count{client="orders"} 4"#
        )
        #expect(samples("weir_overhead_seconds").contains(#"weir_overhead_seconds_count{part="own"} 4"#))
        #expect(samples("weir_overhead_seconds").contains(#"weir_overhead_seconds_count{part="wait"} 0"#))
        #expect(
            samples("weir_client_messages_total") == [
                #"weir_client_messages_total{client="none",app="-",result="refused"} 1"#
            ]
        )
        metrics.usage.forget(["a"], of: "app")
        metrics.answered(RelayedCall(caller: caller, app: "a", result: .ok, took: .seconds(2)))
        #expect(
            samples("weir_client_calls_total").first
                == #"weir_client_calls_total{client="orders",app="a",result="ok"} 1"#
        )
        metrics.usage.forget(["orders"], of: "client")
        #expect(samples("weir_client_calls_total").isEmpty)
    }

    @Test func `a request that asked to wait is no latency of its route`() {
        for isWait in [true, false, false] {
            metrics.answered(route: "/v1/messages", method: "POST", status: 202, isWait: isWait, took: .seconds(30))
        }
        let counts = samples("weir_http_request_duration_seconds").filter { $0.contains("_count") }
        #expect(counts.contains(#"weir_http_request_duration_seconds_count{route="/v1/messages"} 2"#))
        #expect(counts.contains(#"weir_http_request_duration_seconds_count{route="/v1/messages (wait)"} 1"#))
        #expect(
            samples("weir_http_requests_total") == [
                #"weir_http_requests_total{route="/v1/messages",method="POST",status="202"} 3"#
            ]
        )
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
        #expect(registered.contains("weir_metrics_label_sets_refused_total"))
    }
}
