import PrometheusMetrics
import Testing

struct GaugeTests {
    private let registry = MetricRegistry()

    @Test func `it rises, falls and is replaced`() throws {
        let gauge = try registry.gauge("depth", help: "Depth.").child()
        gauge.set(5)
        gauge.increment()
        gauge.decrement()
        gauge.decrement()
        gauge.add(-6.5)
        #expect(gauge.value == -2.5)
        #expect(registry.samples("depth") == ["depth -2.5"])
    }

    @Test(arguments: [
        (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (0, "0"), (-0.0, "0"), (-17, "-17"), (9, "9"),
        (10, "10"),
        (1_795_190_400, "1795190400"), (999_999_999_999_999, "999999999999999"), (1e15, "1000000000000000"),
        (1e16, "1e+16"), (-9_007_199_254_740_991, "-9007199254740991"), (1e-7, "1e-07"),
        (0.1, "0.1"), (1e300, "1e+300"), (123_456.789, "123456.789"), (.leastNonzeroMagnitude, "5e-324"),
    ])
    func `a number is shown exactly`(value: Double, text: String) throws {
        try registry.gauge("depth", help: "Depth.").child().set(value)
        #expect(registry.samples("depth") == ["depth \(text)"])
    }

    @Test func `a hook brings it up to date before each rendering`() throws {
        let gauge = try registry.gauge("depth", help: "Depth.").child()
        registry.onCollect { gauge.add(3) }
        #expect(registry.samples("depth") == ["depth 3"])
        #expect(registry.samples("depth") == ["depth 6"])
    }

    @Test func `a hook may register and look up`() throws {
        let registry = registry
        registry.onCollect {
            try? registry.gauge("late", help: "Late.", labels: ["a"]).child("x").set(1)
        }
        #expect(registry.samples("late") == [#"late{a="x"} 1"#])
    }
}
