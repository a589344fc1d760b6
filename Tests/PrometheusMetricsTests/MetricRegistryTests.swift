import PrometheusMetrics
import Testing

struct MetricRegistryTests {
    private let registry = MetricRegistry()

    @Test func `the same registration again gives the same family`() throws {
        let counters = try registry.counter("jobs_total", help: "Jobs.", labels: ["a"])
        #expect(try registry.counter("jobs_total", help: "Jobs.", labels: ["a"]) === counters)
        let gauges = try registry.gauge("depth", help: "Depth.")
        #expect(try registry.gauge("depth", help: "Depth.") === gauges)
        let histograms = try registry.histogram("wait_seconds", help: "Wait.", buckets: [1])
        #expect(try registry.histogram("wait_seconds", help: "Wait.", buckets: [1]) === histograms)
        #expect(counters.name == "jobs_total")
    }

    @Test func `a registration that differs in anything is a conflict`() throws {
        _ = try registry.histogram("jobs", help: "Jobs.", labels: ["a"], buckets: [1])
        let conflict = MetricError.conflict(name: "jobs", existing: "jobs")
        #expect(throws: conflict) { try registry.gauge("jobs", help: "Jobs.", labels: ["a"]) }
        #expect(throws: conflict) { try registry.histogram("jobs", help: "Work.", labels: ["a"], buckets: [1]) }
        #expect(throws: conflict) { try registry.histogram("jobs", help: "Jobs.", labels: ["b"], buckets: [1]) }
        #expect(throws: conflict) { try registry.histogram("jobs", help: "Jobs.", labels: ["a"], buckets: [2]) }
        #expect(throws: conflict) {
            try registry.histogram("jobs", help: "Jobs.", labels: ["a"], buckets: [1], maximumLabelSets: 5)
        }
        // One family in OpenMetrics, where a counter's name goes without its suffix.
        #expect(throws: MetricError.conflict(name: "jobs_total", existing: "jobs")) {
            try registry.counter("jobs_total", help: "Jobs.")
        }
    }

    @Test(arguments: [
        ("", MetricError.invalidName("")),
        ("1st", .invalidName("1st")),
        ("a-b", .invalidName("a-b")),
        ("a:b", .invalidName("a:b")),
        ("数", .invalidName("数")),
        ("jobs_total", .reservedSuffix(name: "jobs_total", suffix: "_total")),
        ("jobs_count", .reservedSuffix(name: "jobs_count", suffix: "_count")),
        ("jobs_sum", .reservedSuffix(name: "jobs_sum", suffix: "_sum")),
        ("jobs_bucket", .reservedSuffix(name: "jobs_bucket", suffix: "_bucket")),
        ("jobs_created", .reservedSuffix(name: "jobs_created", suffix: "_created")),
    ])
    func `a name that breaks a rule is refused`(name: String, error: MetricError) {
        #expect(throws: error) { try registry.gauge(name, help: "x") }
        #expect(throws: error) { try registry.histogram(name, help: "x") }
    }

    @Test(arguments: [
        ("jobs", MetricError.counterWithoutTotal("jobs")),
        ("_total", .counterWithoutTotal("_total")),
        ("jobs_sum_total", .reservedSuffix(name: "jobs_sum_total", suffix: "_sum")),
        ("jobs total", .invalidName("jobs total")),
    ])
    func `a counter's name ends in total`(name: String, error: MetricError) {
        #expect(throws: error) { try registry.counter(name, help: "x") }
    }

    @Test(arguments: [
        (["__name"], MetricError.invalidLabel(name: "x", label: "__name")),
        (["a", "le"], .invalidLabel(name: "x", label: "le")),
        (["1"], .invalidLabel(name: "x", label: "1")),
        ([""], .invalidLabel(name: "x", label: "")),
        (["a", "b", "a"], .duplicateLabel(name: "x", label: "a")),
        ((1...17).map { "l\($0)" }, .tooManyLabels(name: "x", count: 17)),
    ])
    func `a label that breaks a rule is refused`(labels: [String], error: MetricError) {
        #expect(throws: error) { try registry.histogram("x", help: "x", labels: labels) }
    }

    @Test(arguments: ["", " ", "\t\n"])
    func `a family says what it is`(help: String) {
        #expect(throws: MetricError.missingHelp(name: "x")) { try registry.gauge("x", help: help) }
    }

    @Test func `what only histograms may not have, others may`() throws {
        _ = try registry.gauge("x", help: "x", labels: ["le"])
        _ = try registry.gauge("y", help: "y", labels: (1...16).map { "l\($0)" })
    }

    @Test func `the number of families is bounded`() throws {
        for number in 1..<MetricRegistry.maximumFamilies { _ = try registry.gauge("g\(number)", help: "x") }
        #expect(throws: MetricError.tooManyFamilies(name: "more")) { try registry.gauge("more", help: "x") }
        _ = try registry.gauge("g1", help: "x")
    }

    @Test func `families and children come in order, whatever the order of their making`() throws {
        let second = try registry.gauge("b", help: "B.", labels: ["x"])
        second.child("2").set(1)
        second.child("1").set(1)
        _ = try registry.gauge("a", help: "A.")
        _ = registry.render()
        second.child("0").set(1)
        #expect(
            registry.text(names: ["a", "b"]) == """
                # HELP a A.
                # TYPE a gauge
                a 0
                # HELP b B.
                # TYPE b gauge
                b{x="0"} 1
                b{x="1"} 1
                b{x="2"} 1

                """
        )
    }

    @Test func `names filter families, by their name in either format`() throws {
        _ = try registry.counter("jobs_total", help: "Jobs.")
        _ = try registry.histogram("wait_seconds", help: "Wait.", buckets: [1])
        #expect(registry.samples("jobs_total") == ["jobs_total 0"])
        #expect(registry.samples("jobs") == ["jobs_total 0"])
        #expect(registry.samples("wait_seconds").count == 4)
        #expect(registry.samples("nothing") == [])
        #expect(registry.text(.openMetrics, names: ["nothing"]) == "# EOF\n")
    }
}
