import PrometheusMetrics
import Queueing
import Testing
import Timekeeping
import WeChat

@testable import Dispatching
@testable import Telemetry
@testable import Weir

/// As many apps as may be configured, of which each must show in whatever an alert looks at.
@Suite struct ManyAppsTests {
    private let registry = MetricRegistry()
    private let metrics: GatewayMetrics
    private let now = Moment(instant: Instant(nanoseconds: 0), timestamp: Timestamp(milliseconds: 1_795_190_400_000))

    init() throws {
        metrics = try GatewayMetrics(registry)
    }

    private func fail(_ app: String, _ api: String, number: UInt64, _ outcome: Outcome, errcode: Int?) {
        let end = AttemptEnd(
            gate: GateName(number: number, app: app, api: api),
            host: "https://api.weixin.qq.com",
            number: 1,
            startedAt: now,
            endedAt: now,
            classification: Classification(outcome: outcome, errcode: errcode, breaker: .ignored),
            disposition: .ended(.failed),
            className: "available",
            traceparent: ""
        )
        metrics.ended(end, traceID: nil)
    }

    /// The apps of a family's series, which have them as their first label, and one of these words.
    private func apps(_ name: String, with word: String) -> Set<[UInt8]> {
        let wanted = Array(word.utf8)
        let series = registry.render(names: [name]).split(separator: UInt8(ascii: "\n")).filter {
            !$0.starts(with: [35])
        }
        return series.reduce(into: []) { apps, line in
            let parts = line.split(separator: UInt8(ascii: "\""))
            if parts.count > 1, parts.contains(where: { $0.elementsEqual(wanted) }) { apps.insert(Array(parts[1])) }
        }
    }

    @Test func `each of ten thousand apps is told apart when it fails once, after others have filled every metric`() {
        for number in 0..<MetricBound.combinations {
            _ = metrics.upstreamRequests.child("busy", "\(number)", "accepted")
            _ = metrics.upstreamErrcodes.child("busy", "\(number)", "47003")
        }
        for number in 0..<MetricBound.pairs { _ = metrics.upstreamDuration.child("busy", "\(number)") }
        for index in 0..<10_000 {
            fail("app\(index)", "/cgi-bin/user/info", number: UInt64(index), .quotaExhausted, errcode: 45009)
        }
        let all = Set((0..<10_000).map { Array("app\($0)".utf8) })
        #expect(apps("weir_upstream_requests_total", with: "quota_exhausted") == all)
        #expect(apps("weir_upstream_errcodes_total", with: "45009") == all)
        // Each has one of its own, and there is none for all the others.
        #expect(metrics.upstreamDuration.count == MetricBound.pairs + all.count)
        let refused = String(decoding: registry.render(names: ["weir_metrics_label_sets_refused_total"]), as: UTF8.self)
        #expect(refused.contains(#"{metric="weir_upstream_requests_total"} 10000"#))
    }

    @Test func `a breaker that finds no room is its app's`() {
        let bound = MetricCatalog.breakerState.bound
        let breakers = (0..<bound.labelSets).map { GaugeFamily.Reading(["busy~host~\($0)", "open"], 1) }
        let late = GaugeFamily.Reading(["late~host~message", "open"], 1)
        metrics.breakerState.replace(with: breakers + [late], others: .gone)
        let text = String(decoding: registry.render(names: ["weir_breaker_state"]), as: UTF8.self)
        #expect(text.contains(#"weir_breaker_state{breaker="late~other",state="open"} 1"#))
    }
}
