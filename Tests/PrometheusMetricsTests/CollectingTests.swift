import PrometheusMetrics
import Testing

/// Families that are brought up to date as a whole before a scrape.
struct CollectingTests {
    private let registry = MetricRegistry()

    @Test func `gauges without a reading go, or are 0`() throws {
        let family = try registry.gauge("depth", help: "Depth.", labels: ["app"])
        family.replace(with: [.init(["a"], 1), .init(["b"], 2)], others: .gone)
        family.replace(with: [.init(["b"], 3), .init(["c"], 4)], others: .gone)
        #expect(registry.samples("depth") == [#"depth{app="b"} 3"#, #"depth{app="c"} 4"#])
        family.replace(with: [.init(["c"], 5)], others: .zero)
        #expect(registry.samples("depth") == [#"depth{app="b"} 0"#, #"depth{app="c"} 5"#])
        family.replace(with: [], others: .gone)
        #expect(family.count == 0)
    }

    @Test func `readings that share an overflow are merged as they should be, and not the last one wins`() throws {
        let overflow = LabelOverflow(keeps: ["app"], maximum: 1)
        let gauges = try registry.gauge(
            "free",
            help: "Free.",
            labels: ["app", "api"],
            maximumLabelSets: 1,
            overflows: [overflow]
        )
        let readings = [("1", 7.0), ("2", 5), ("3", 6)].map { GaugeFamily.Reading(["a", $0], $1) }
        gauges.replace(with: readings, others: .gone, merging: min)
        #expect(registry.samples("free") == [#"free{app="a",api="1"} 7"#, #"free{app="a",api="other"} 5"#])
        let counters = try registry.counter(
            "waits_total",
            help: "Waits.",
            labels: ["app", "api"],
            maximumLabelSets: 1,
            overflows: [overflow]
        )
        for round in 1...2 {
            counters.raise(to: readings.map { ($0.labels, $0.value * Double(round)) })
            #expect(
                registry.samples("waits_total") == [
                    "waits_total{app=\"a\",api=\"1\"} \(7 * round)",
                    "waits_total{app=\"a\",api=\"other\"} \(11 * round)",
                ]
            )
        }
    }

    @Test(arguments: [ExpositionFormat.text, .openMetrics])
    func `a scraper that stores sees each new counter at 0 once, and then as it is`(format: ExpositionFormat) throws {
        let family = try registry.counter("jobs_total", help: "Jobs.", labels: ["app"])
        let alone = try registry.counter("runs_total", help: "Runs.").child()
        alone.increment(by: 3)
        family.child("a").increment(by: 5)
        func stored() -> [String] {
            String(
                decoding: registry.render(format, names: ["jobs_total", "runs_total"], isStored: true),
                as: UTF8.self
            )
            .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
        }
        // People see what is so.
        #expect(registry.samples("jobs_total") == [#"jobs_total{app="a"} 5"#])
        #expect(stored() == [#"jobs_total{app="a"} 0"#, "runs_total 3"])
        family.child("b").increment(by: 0.5)
        #expect(stored() == [#"jobs_total{app="a"} 5"#, #"jobs_total{app="b"} 0"#, "runs_total 3"])
        #expect(stored() == [#"jobs_total{app="a"} 5"#, #"jobs_total{app="b"} 0.5"#, "runs_total 3"])
        // Who comes again has been away.
        family.remove("a")
        family.child("a").increment()
        #expect(stored().first == #"jobs_total{app="a"} 0"#)
    }
}
