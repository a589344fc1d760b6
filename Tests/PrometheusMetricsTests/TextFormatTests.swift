import PrometheusMetrics
import Testing

struct TextFormatTests {
    private let registry = MetricRegistry()

    private func fill() throws {
        try registry.counter("sends_total", help: #"Says "hi" \ "# + "\nand more 中文", labels: ["to"]).child(
            "a\"b\\c\nd中"
        ).increment()
        try registry.histogram("wait_seconds", help: "Wait.", labels: ["api"], buckets: [0.5, 1]).child("x").observe(
            0.75
        )
        try registry.gauge("bodyseconds", help: "No unit.").child().set(.nan)
    }

    @Test func `the text format`() throws {
        try fill()
        #expect(
            registry.text(names: ["sends_total", "wait_seconds", "bodyseconds"]) == #"""
                # HELP bodyseconds No unit.
                # TYPE bodyseconds gauge
                bodyseconds NaN
                # HELP sends_total Says "hi" \\ \nand more 中文
                # TYPE sends_total counter
                sends_total{to="a\"b\\c\nd中"} 1
                # HELP wait_seconds Wait.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{api="x",le="0.5"} 0
                wait_seconds_bucket{api="x",le="1"} 1
                wait_seconds_bucket{api="x",le="+Inf"} 1
                wait_seconds_sum{api="x"} 0.75
                wait_seconds_count{api="x"} 1

                """#
        )
    }

    @Test func `OpenMetrics`() throws {
        try fill()
        #expect(
            registry.text(.openMetrics, names: ["sends_total", "wait_seconds", "bodyseconds"]) == #"""
                # HELP bodyseconds No unit.
                # TYPE bodyseconds gauge
                bodyseconds NaN
                # HELP sends Says \"hi\" \\ \nand more 中文
                # TYPE sends counter
                sends_total{to="a\"b\\c\nd中"} 1
                # HELP wait_seconds Wait.
                # TYPE wait_seconds histogram
                # UNIT wait_seconds seconds
                wait_seconds_bucket{api="x",le="0.5"} 0
                wait_seconds_bucket{api="x",le="1.0"} 1
                wait_seconds_bucket{api="x",le="+Inf"} 1
                wait_seconds_sum{api="x"} 0.75
                wait_seconds_count{api="x"} 1
                # EOF

                """#
        )
    }

    @Test func `a counter's unit stands before its suffix`() throws {
        _ = try registry.counter("cpu_seconds_total", help: "Time.")
        #expect(registry.text(.openMetrics).contains("\n# UNIT cpu_seconds seconds\ncpu_seconds_total 0\n"))
    }

    @Test func `a family without children is not shown`() throws {
        _ = try registry.gauge("empty", help: "x", labels: ["a"])
        #expect(registry.text(names: ["empty"]).isEmpty)
    }
}
