import PrometheusMetrics
import Testing

struct ExemplarTests {
    private let registry = MetricRegistry()

    @Test func `a counter shows its last one, in OpenMetrics only`() throws {
        let counter = try registry.counter("jobs_total", help: "Jobs.").child()
        counter.increment(exemplar: Exemplar(["rid": "old"]))
        counter.increment(by: 2.5, exemplar: Exemplar(["rid": "n\"ew", "b": "中"], unixMilliseconds: 1_520_879_607_089))
        counter.increment(exemplar: nil)
        #expect(registry.samples("jobs_total") == ["jobs_total 4.5"])
        #expect(
            registry.samples("jobs_total", format: .openMetrics) == [
                #"jobs_total 4.5 # {rid="n\"ew",b="中"} 2.5 1520879607.089"#
            ]
        )
    }

    @Test func `each bucket of a histogram keeps its own`() throws {
        let histogram = try registry.histogram("wait_seconds", help: "Wait.", buckets: [1, 2]).child()
        histogram.observe(0.5, exemplar: Exemplar(["rid": "a"]))
        histogram.observe(0.75, exemplar: Exemplar(["rid": "b"]))
        histogram.observe(.seconds(9), exemplar: Exemplar(["rid": "c"], unixMilliseconds: 1))
        #expect(
            registry.samples("wait_seconds", format: .openMetrics) == [
                #"wait_seconds_bucket{le="1.0"} 2 # {rid="b"} 0.75"#,
                #"wait_seconds_bucket{le="2.0"} 2"#,
                #"wait_seconds_bucket{le="+Inf"} 3 # {rid="c"} 9 0.001"#,
                "wait_seconds_sum 10.25",
                "wait_seconds_count 3",
            ]
        )
        #expect(!registry.text().contains("rid"))
    }

    @Test func `labels may have 128 characters together and not one more`() {
        // Characters count, not bytes: 125 of three bytes each, and a name of three.
        #expect(Exemplar(["rid": String(repeating: "信", count: 125)]) != nil)
        #expect(Exemplar(["rid": String(repeating: "信", count: 126)]) == nil)
        #expect(Exemplar(["a": String(repeating: "x", count: 63), "b": String(repeating: "y", count: 64)]) == nil)
    }

    @Test func `labels that are none make no exemplar`() {
        #expect(Exemplar(["1a": "x"]) == nil)
        #expect(Exemplar(["a-b": "x"]) == nil)
        #expect(Exemplar(["a": "x", "a": "y"]) == nil)
    }
}
