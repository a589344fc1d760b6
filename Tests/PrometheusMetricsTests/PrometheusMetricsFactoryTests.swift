import CoreMetrics
import PrometheusMetrics
import Testing

struct PrometheusMetricsFactoryTests {
    private let registry = MetricRegistry()
    private var factory: PrometheusMetricsFactory {
        PrometheusMetricsFactory(registry: registry, timerBuckets: [0.1, 1], recorderBuckets: [10]) { label in
            ["explained": "With help.", "blank": " "][label]
        }
    }

    @Test func `counters get their suffix`() {
        let factory = factory
        factory.makeCounter(label: "http.requests", dimensions: [("method", "GET")]).increment(by: 2)
        factory.makeCounter(label: "http.requests", dimensions: [("method", "GET")]).increment(by: 1)
        factory.makeFloatingPointCounter(label: "spent_total", dimensions: []).increment(by: 0.5)
        #expect(registry.samples("http_requests_total") == [#"http_requests_total{method="GET"} 3"#])
        #expect(registry.samples("spent_total") == ["spent_total 0.5"])
    }

    @Test func `a counter can be reset`() {
        let counter = factory.makeCounter(label: "jobs", dimensions: [])
        counter.increment(by: 2)
        counter.reset()
        counter.increment(by: -1)
        #expect(registry.samples("jobs_total") == ["jobs_total 0"])
    }

    @Test func `timers are histograms in seconds`() {
        let factory = factory
        factory.makeTimer(label: "http.duration", dimensions: []).recordNanoseconds(250_000_000)
        factory.makeTimer(label: "boot_seconds", dimensions: []).recordNanoseconds(1)
        #expect(
            registry.samples("http_duration_seconds") == [
                #"http_duration_seconds_bucket{le="0.1"} 0"#, #"http_duration_seconds_bucket{le="1"} 1"#,
                #"http_duration_seconds_bucket{le="+Inf"} 1"#, "http_duration_seconds_sum 0.25",
                "http_duration_seconds_count 1",
            ]
        )
        #expect(registry.samples("boot_seconds").last == "boot_seconds_count 1")
    }

    @Test func `recorders are histograms, or gauges if they don't aggregate; meters are gauges`() {
        let factory = factory
        let histogram = factory.makeRecorder(label: "sizes", dimensions: [], aggregate: true)
        histogram.record(4 as Int64)
        histogram.record(0.5)
        let last = factory.makeRecorder(label: "last", dimensions: [], aggregate: false)
        last.record(4 as Int64)
        last.record(0.5)
        let meter = factory.makeMeter(label: "level", dimensions: [])
        meter.set(3 as Int64)
        meter.increment(by: 2)
        meter.decrement(by: 1)
        #expect(registry.samples("sizes").suffix(2) == ["sizes_sum 4.5", "sizes_count 2"])
        #expect(registry.samples("last") == ["last 0.5"])
        #expect(registry.samples("level") == ["level 4"])
    }

    @Test func `one name may come with different dimensions`() {
        let factory = factory
        factory.makeCounter(label: "jobs", dimensions: []).increment(by: 1)
        factory.makeCounter(label: "jobs", dimensions: [("b", "1"), ("a", "2")]).increment(by: 2)
        factory.makeCounter(label: "jobs", dimensions: [("a", "2"), ("b", "1")]).increment(by: 2)
        factory.makeCounter(label: "jobs", dimensions: [("c", "3")]).increment(by: 3)
        #expect(
            registry.samples("jobs_total") == ["jobs_total 1", #"jobs_total{a="2",b="1"} 4"#, #"jobs_total{c="3"} 3"#]
        )
        #expect(registry.text().components(of: "# TYPE jobs_total") == 1)
    }

    @Test func `a name that is taken gets its kind added, and then counts unseen`() throws {
        let factory = factory
        try registry.counter("jobs_total", help: "Own.", labels: ["x"]).child("y").increment()
        try registry.gauge("jobs_gauge", help: "Own.").child().set(9)
        factory.makeCounter(label: "jobs", dimensions: []).increment(by: 5)
        factory.makeMeter(label: "jobs", dimensions: []).set(7.0)
        #expect(registry.samples("jobs_total") == [#"jobs_total{x="y"} 1"#])
        #expect(registry.samples("jobs_counter_total") == ["jobs_counter_total 5"])
        #expect(registry.samples("jobs_gauge") == ["jobs_gauge 9"])
    }

    @Test func `labels that can't be are renamed`() {
        factory.makeMeter(
            label: "x",
            dimensions: [("le", "1"), ("__y", "2"), ("fooBar", "3"), ("9", "4"), ("a", "5"), ("a", "6")]
        )
        .set(1.0)
        #expect(registry.samples("x") == [#"x{_9="4",a="6",exported_le="1",exported_y="2",foo_bar="3"} 1"#])
    }

    @Test func `dimensions without end go to other`() {
        let factory = factory
        for number in 0..<2_010 {
            factory.makeCounter(label: "jobs", dimensions: [("id", "\(number)")]).increment(by: 1)
        }
        #expect(registry.samples("jobs_total").count == 2_001)
        #expect(registry.samples("jobs_total").contains(#"jobs_total{other="other"} 10"#))
    }

    @Test func `a host may allow fewer dimensions`() {
        let factory = PrometheusMetricsFactory(registry: registry, maximumLabelSets: 3)
        for number in 0..<10 { factory.makeMeter(label: "level", dimensions: [("id", "\(number)")]).set(1.0) }
        #expect(registry.samples("level").count == 4)
        #expect(registry.samples("weir_metrics_label_sets_refused_total").contains { $0.hasSuffix(" 7") })
    }

    @Test func `the last handler that is destroyed takes the child away`() {
        let factory = factory
        let first = factory.makeCounter(label: "jobs", dimensions: [("a", "b")])
        let second = factory.makeCounter(label: "jobs", dimensions: [("a", "b")])
        first.increment(by: 1)
        factory.destroyCounter(first)
        #expect(registry.samples("jobs_total") == [#"jobs_total{a="b"} 1"#])
        factory.destroyCounter(second)
        #expect(registry.samples("jobs_total") == [])
        factory.makeCounter(label: "jobs", dimensions: [("a", "b")]).increment(by: 5)
        #expect(registry.samples("jobs_total") == [#"jobs_total{a="b"} 5"#])
    }

    @Test func `every kind can be destroyed`() {
        let factory = factory
        factory.destroyFloatingPointCounter(factory.makeFloatingPointCounter(label: "a", dimensions: []))
        factory.destroyMeter(factory.makeMeter(label: "b", dimensions: []))
        factory.destroyRecorder(factory.makeRecorder(label: "c", dimensions: [], aggregate: true))
        factory.destroyRecorder(factory.makeRecorder(label: "d", dimensions: [], aggregate: false))
        factory.destroyTimer(factory.makeTimer(label: "e", dimensions: []))
        #expect(registry.samples("a_total", "b", "c", "d", "e_seconds") == [])
    }

    @Test func `help is asked for by label`() {
        let factory = factory
        factory.makeMeter(label: "explained", dimensions: []).set(1.0)
        factory.makeMeter(label: "silent", dimensions: []).set(1.0)
        factory.makeMeter(label: "blank", dimensions: []).set(1.0)
        #expect(registry.text().contains("# HELP explained With help.\n"))
        #expect(registry.text().contains("# HELP blank Reported through swift-metrics.\n"))
        #expect(registry.text().contains("# HELP silent Reported through swift-metrics.\n"))
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        split(separator: "\n").count { $0 == part || $0.hasPrefix(part + " ") }
    }
}
