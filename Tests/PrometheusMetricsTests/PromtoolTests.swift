import CoreMetrics
import Foundation
import PrometheusMetrics
import Testing

/// What we render, read by Prometheus' own parser and linter.
@Suite(.enabled(if: Promtool.path != nil, "promtool is not on the PATH"))
struct PromtoolTests {
    private static let nasty = [
        "plain", "", "quote \" quote", "back\\slash", "ends in \\", "new\nline", "\\n", "\\\"", "\"", "}",
        "{a=\"b\"} 1",
        "中文 模板消息", "emoji 🎉", "tab\t", "carriage\rreturn", "nul\0byte", "# HELP x", "comma,=", "\u{7f}\u{1}\u{2028}",
        "system error hint: [abc] rid: 6123-\"x\"",
    ]

    private func filled() throws -> MetricRegistry {
        let registry = MetricRegistry()
        let counters = try registry.counter(
            "weir_sends_total",
            help: "Says \"hi\" \\ and\nmore 中文.",
            labels: ["to", "by"]
        )
        let gauges = try registry.gauge("weir_depth", help: "Depth \r\t.", labels: ["to"])
        let histograms = try registry.histogram("weir_wait_seconds", help: "Wait\\", labels: ["to"])
        for value in Self.nasty {
            counters.child(value, "x").increment(exemplar: Exemplar(["rid": value]))
            counters.child("x", value).increment(by: 1e-9)
            gauges.child(value).set(.nan)
            histograms.child(value).observe(1e6)
        }
        for (label, number) in [
            "inf": Double.infinity, "neg": -.infinity, "tiny": .leastNonzeroMagnitude, "huge": 1e300, "neat": -12.5,
        ] {
            gauges.child(label).set(number)
        }
        return registry
    }

    @Test func `nasty label values pass`() throws {
        let result = try Promtool.check(filled().render())
        #expect(result.status == 0)
        #expect(result.output == "")
    }

    @Test func `each nasty value is read as itself`() throws {
        // promtool says nothing of the values that it read, so this undoes the escaping as the format's definition has it.
        let values = try filled().samples("weir_wait_seconds").filter { $0.hasPrefix("weir_wait_seconds_sum") }.map {
            line in
            let value = line.dropFirst(#"weir_wait_seconds_sum{to=""#.count).dropLast(#""} 1000000"#.count)
            return value.split(separator: #"\\"#, omittingEmptySubsequences: false)
                .map { $0.replacing(#"\n"#, with: "\n").replacing(#"\""#, with: "\"") }
                .joined(separator: #"\"#)
        }
        #expect(Set(values) == Set(Self.nasty.map { $0.replacing("\0", with: "\u{FFFD}") }))
    }

    @Test func `what swift-metrics reports passes`() throws {
        let registry = MetricRegistry()
        let factory = PrometheusMetricsFactory(registry: registry)
        for label in [
            "http.requests", "http.requestCount", "queue_total", "9lives", "", "Größe", "one-two.three/four", "x_sum",
        ] {
            factory.makeCounter(label: label, dimensions: [("le", "1"), ("a.b", "c\"")]).increment(by: 1)
            factory.makeCounter(label: label, dimensions: []).increment(by: 1)
            factory.makeTimer(label: label, dimensions: [("le", "1")]).recordNanoseconds(1)
            factory.makeMeter(label: label, dimensions: [("__x", "1")]).set(1.0)
            factory.makeRecorder(label: label, dimensions: [], aggregate: true).record(1.0)
        }
        let result = try Promtool.check(registry.render())
        // A fallback carries its kind in its name, which the linter can't like; nothing else may be said.
        let complaints = result.output.split(separator: "\n").filter {
            !$0.contains("metric name should not include type")
        }
        #expect(complaints == [])
    }

    @Test func `it does complain of what is wrong`() throws {
        #expect(try Promtool.check(Array("a{b=\"c\"d\"} 1\n".utf8)).status != 0)
    }
}
