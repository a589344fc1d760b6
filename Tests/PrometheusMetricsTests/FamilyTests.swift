import PrometheusMetrics
import Testing

struct FamilyTests {
    private let registry = MetricRegistry()

    private func refused(_ name: String) -> String? {
        registry.samples("weir_metrics_label_sets_refused_total")
            .first { $0.contains("\"\(name)\"") }?
            .split(separator: " ").last.map(String.init)
    }

    @Test func `the same values give the same child`() throws {
        let family = try registry.counter("jobs_total", help: "Jobs.", labels: ["api", "outcome"])
        #expect(family.child("a", "b") === family.child(["a", "b"]))
        #expect(family.child("a", "b") !== family.child("b", "a"))
        #expect(family.count == 2)
    }

    @Test func `without labels there is one child from the start`() throws {
        let family = try registry.counter("jobs_total", help: "Jobs.")
        #expect(registry.samples("jobs_total") == ["jobs_total 0"])
        #expect(family.child() === family.child("surplus"))
        #expect(!family.remove())
        #expect(family.count == 1)
    }

    @Test func `beyond the maximum everything goes to other, and is counted`() throws {
        let family = try registry.counter("jobs_total", help: "Jobs.", labels: ["a", "b"], maximumLabelSets: 2)
        #expect(refused("jobs_total") == "0")
        family.child("1", "x").increment()
        family.child("2", "x").increment()
        family.child("3", "x").increment()
        family.child("4", "x").increment()
        family.child("1", "x").increment()
        #expect(
            registry.samples("jobs_total") == [
                #"jobs_total{a="1",b="x"} 2"#, #"jobs_total{a="2",b="x"} 1"#, #"jobs_total{a="other",b="other"} 2"#,
            ]
        )
        #expect(refused("jobs_total") == "2")
        // Each set of values counts once, however often it is looked up.
        for _ in 0..<10 { family.child("3", "x").increment() }
        #expect(refused("jobs_total") == "2")
    }

    @Test func `of values that are refused no more than ten thousand are told apart`() throws {
        let family = try registry.counter("jobs_total", help: "Jobs.", labels: ["a"], maximumLabelSets: 1)
        for value in 0..<10_500 { family.child("\(value)").increment() }
        #expect(refused("jobs_total") == "10000")
        #expect(family.count == 2)
    }

    /// App, api, and how it went: first the api becomes other, then all but the app, at last everything.
    private func calls() throws -> CounterFamily {
        try registry.counter(
            "calls_total",
            help: "Calls.",
            labels: ["app", "api", "result"],
            maximumLabelSets: 2,
            overflows: [
                LabelOverflow(keeps: ["app", "result"], maximum: 2), LabelOverflow(keeps: ["app"], maximum: 1),
            ]
        )
    }

    @Test func `what finds no room keeps the labels that matter most, each overflow as far as it goes`() throws {
        let family = try calls()
        for (app, api) in [
            ("a", "1"), ("a", "2"), ("b", "1"), ("b", "2"), ("c", "1"), ("d", "1"), ("e", "1"), ("d", "2"),
        ] {
            family.child(app, api, "ok").increment()
        }
        #expect(
            registry.samples("calls_total") == [
                #"calls_total{app="a",api="1",result="ok"} 1"#, #"calls_total{app="a",api="2",result="ok"} 1"#,
                #"calls_total{app="b",api="other",result="ok"} 2"#, #"calls_total{app="c",api="other",result="ok"} 1"#,
                #"calls_total{app="d",api="other",result="other"} 2"#,
                #"calls_total{app="other",api="other",result="other"} 1"#,
            ]
        )
        #expect(refused("calls_total") == "6")
    }

    @Test func `an app that leaves makes room, in the overflows too`() throws {
        let family = try calls()
        for app in ["a", "b", "c", "d"] { family.child(app, "1", "ok").increment() }
        #expect(family.removeAll(where: "app", isIn: ["a", "c"]) == 2)
        family.child("e", "1", "ok").increment()
        family.child("f", "1", "ok").increment()
        #expect(
            registry.samples("calls_total") == [
                #"calls_total{app="b",api="1",result="ok"} 1"#, #"calls_total{app="d",api="other",result="ok"} 1"#,
                #"calls_total{app="e",api="1",result="ok"} 1"#, #"calls_total{app="f",api="other",result="ok"} 1"#,
            ]
        )
    }

    @Test func `a value can be cut behind its first part`() throws {
        let overflow = LabelOverflow(keeps: ["state"], shortens: ["breaker"], maximum: 9)
        let family = try registry.gauge(
            "breaker_state",
            help: "State.",
            labels: ["breaker", "state"],
            maximumLabelSets: 0,
            overflows: [overflow]
        )
        for breaker in ["main~host~message", "main~host~media", "nameless"] { family.child(breaker, "open").set(1) }
        #expect(
            registry.samples("breaker_state") == [
                #"breaker_state{breaker="main~other",state="open"} 1"#,
                #"breaker_state{breaker="other",state="open"} 1"#,
            ]
        )
    }

    @Test func `the default maximum is two thousand children and other`() throws {
        let family = try registry.gauge("depth", help: "Depth.", labels: ["a"])
        for value in 0..<2_500 { family.child("\(value)").set(value) }
        #expect(family.count == 2_001)
        #expect(refused("depth") == "500")
    }

    @Test func `other by name takes no place of the rest`() throws {
        let family = try registry.gauge("depth", help: "Depth.", labels: ["a"], maximumLabelSets: 1)
        family.child("first").set(1)
        family.child("second").set(2)
        #expect(family.remove("first"))
        family.child("second").set(3)
        #expect(registry.samples("depth") == [#"depth{a="other"} 2"#, #"depth{a="second"} 3"#])
    }

    @Test func `a wrong number of values counts under other and crashes nothing`() throws {
        let family = try registry.histogram("wait_seconds", help: "Wait.", labels: ["a", "b"])
        family.child("only one").observe(1)
        family.child("one", "two", "three").observe(1)
        family.child().observe(1)
        #expect(registry.samples("wait_seconds").last == #"wait_seconds_count{a="other",b="other"} 3"#)
        #expect(refused("wait_seconds") == "3")
    }

    @Test func `a removed child starts again at zero`() throws {
        let family = try registry.counter("jobs_total", help: "Jobs.", labels: ["a"])
        family.child("x").increment(by: 7)
        #expect(registry.samples("jobs_total") == [#"jobs_total{a="x"} 7"#])
        #expect(family.remove("x"))
        #expect(!family.remove("x"))
        #expect(registry.text(names: ["jobs_total"]).isEmpty)
        family.child("x").increment()
        #expect(registry.samples("jobs_total") == [#"jobs_total{a="x"} 1"#])
    }

    @Test func `all children of a label's value can be removed`() throws {
        let family = try registry.counter("jobs_total", help: "Jobs.", labels: ["a", "b"])
        for (a, b) in [("x", "1"), ("x", "2"), ("y", "x")] { family.child(a, b).increment() }
        #expect(family.removeAll(where: "c", isIn: ["x"]) == 0)
        #expect(family.removeAll(where: "a", isIn: ["z"]) == 0)
        #expect(family.removeAll(where: "a", isIn: ["x"]) == 2)
        #expect(registry.samples("jobs_total") == [#"jobs_total{a="y",b="x"} 1"#])
        let gauges = try registry.gauge("depth", help: "Depth.", labels: ["a"])
        let histograms = try registry.histogram("wait_seconds", help: "Wait.", labels: ["a"])
        let long = String(repeating: "x", count: 300)
        gauges.child(long).set(1)
        histograms.child("x").observe(1)
        #expect(gauges.removeAll(where: "a", isIn: [long]) == 1)
        #expect(histograms.removeAll(where: "a", isIn: ["x"]) == 1)
        #expect(registry.samples("depth", "wait_seconds") == [])
    }

    @Test func `children that are not used expire, the others stay`() throws {
        let family = try registry.gauge("depth", help: "Depth.", labels: ["a"])
        let busy = family.child("busy")
        family.child("idle").set(1)
        #expect(family.expireUntouched(since: .seconds(-60), at: .zero) == 0)
        busy.set(2)
        #expect(family.expireUntouched(since: .zero, at: .seconds(60)) == 0)
        busy.set(2)
        #expect(family.expireUntouched(since: .seconds(30), at: .seconds(90)) == 1)
        #expect(registry.samples("depth") == [#"depth{a="busy"} 2"#])
        #expect(family.expireUntouched(since: .seconds(90), at: .seconds(150)) == 0)
        #expect(family.expireUntouched(since: .seconds(91), at: .seconds(151)) == 1)
        #expect(family.count == 0)
    }

    @Test func `looking a child up counts as using it, and so does every kind of update`() throws {
        let counters = try registry.counter("jobs_total", help: "Jobs.", labels: ["a"])
        let histograms = try registry.histogram("wait_seconds", help: "Wait.", labels: ["a"])
        let (counter, histogram) = (counters.child("x"), histograms.child("x"))
        let updates: [() -> Void] = [
            { counter.increment() }, { counter.increment(by: 2) }, { counter.increment(by: 0.5) },
            { counter.raise(to: 99) },
            { _ = counters.child("x") },
        ]
        for (turn, update) in updates.enumerated() {
            update()
            let now = Duration.seconds(turn * 10)
            #expect(counters.expireUntouched(since: now, at: now) == 0)
            histogram.observe(1)
            #expect(histograms.expireUntouched(since: now, at: now) == 0)
        }
        #expect(counters.expireUntouched(since: .seconds(100), at: .seconds(100)) == 1)
        #expect(histograms.expireUntouched(since: .seconds(100), at: .seconds(100)) == 1)
    }

    @Test func `a value is cut at 256 bytes, between characters`() throws {
        let family = try registry.gauge("depth", help: "Depth.", labels: ["a"])
        let long = String(repeating: "信", count: 86)
        #expect(family.child(long) === family.child(long + "x"))
        #expect(registry.samples("depth") == ["depth{a=\"\(String(repeating: "信", count: 85))\"} 0"])
        #expect(family.remove(long + "y"))
    }

    @Test func `children come and go on several threads while others render`() async throws {
        let registry = registry
        let family = try registry.counter("jobs_total", help: "Jobs.", labels: ["a"], maximumLabelSets: 100)
        await withTaskGroup { group in
            for task in 0..<4 {
                group.addTask {
                    for turn in 0..<200 {
                        family.child("\(task)-\(turn % 20)").increment()
                        if turn % 10 == 9 { family.remove("\(task)-\(turn % 7)") }
                        if turn % 20 == 0 { _ = registry.render() }
                    }
                    for turn in 0..<20 { family.child("\(task)-\(turn)").increment() }
                }
            }
        }
        #expect(family.count == 80)
        let samples = registry.samples("jobs_total")
        #expect(samples.count == 80)
        #expect(samples == samples.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }
}
