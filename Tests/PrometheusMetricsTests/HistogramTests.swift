import PrometheusMetrics
import Testing

struct HistogramTests {
    private let registry = MetricRegistry()

    @Test func `a value counts in its bucket and all above, bounds being inclusive`() throws {
        let histogram = try registry.histogram("wait_seconds", help: "Wait.", buckets: [0.25, 1, 2.5]).child()
        for value in [0.25, 0.2578125, 1, 7, -1] { histogram.observe(value) }
        #expect(
            registry.samples("wait_seconds") == [
                #"wait_seconds_bucket{le="0.25"} 2"#,
                #"wait_seconds_bucket{le="1"} 4"#,
                #"wait_seconds_bucket{le="2.5"} 4"#,
                #"wait_seconds_bucket{le="+Inf"} 5"#,
                "wait_seconds_sum 7.5078125",
                "wait_seconds_count 5",
            ]
        )
        #expect(histogram.count == 5)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `a value that would spoil the sum is ignored`(value: Double) throws {
        let histogram = try registry.histogram("wait_seconds", help: "Wait.").child()
        histogram.observe(value)
        histogram.observe(value, exemplar: Exemplar(["rid": "x"]))
        #expect(histogram.count == 0)
        #expect(histogram.sum == 0)
    }

    @Test func `durations count in seconds`() throws {
        let histogram = try registry.histogram("wait_seconds", help: "Wait.").child()
        histogram.observe(.milliseconds(1500))
        #expect(histogram.sum == 1.5)
        #expect(registry.samples("wait_seconds").contains(#"wait_seconds_bucket{le="2.5"} 1"#))
        #expect(registry.samples("wait_seconds").contains(#"wait_seconds_bucket{le="1"} 0"#))
    }

    @Test func `less than no time is none, since a sum may not fall`() throws {
        let histogram = try registry.histogram("wait_seconds", help: "Wait.").child()
        histogram.observe(.milliseconds(-12))
        #expect(histogram.sum == 0)
        #expect(registry.samples("wait_seconds").contains("wait_seconds_count 1"))
    }

    @Test func `no duration is a trap`() throws {
        let histogram = try registry.histogram("wait_seconds", help: "Wait.").child()
        histogram.observe(.seconds(Int64.max) + .seconds(Int64.max))
        histogram.observe(.zero - .seconds(Int64.min))
        #expect(histogram.count == 2 && histogram.sum > 1e19)
    }

    @Test func `every bucket of the largest histogram is reached`() throws {
        let buckets = Buckets.linear(start: 1, width: 1, count: Buckets.maximumCount)
        let histogram = try registry.histogram("size", help: "Size.", buckets: buckets).child()
        for value in 1...101 { histogram.observe(Double(value)) }
        let counts = registry.samples("size").prefix(101).compactMap { $0.split(separator: " ").last }
        #expect(counts.map(String.init) == (1...101).map(String.init))
    }

    @Test func `no observation of several threads is lost`() async throws {
        let histogram = try registry.histogram("size", help: "Size.", buckets: [1, 2]).child()
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for value in 0..<10_000 { histogram.observe(Double(value % 4)) }
                }
            }
        }
        #expect(histogram.count == 40_000)
        #expect(histogram.sum == 60_000)
    }

    @Test(arguments: [
        [], [1, 1], [2, 1], [.nan], [1, .infinity], Array(stride(from: 1.0, through: 101, by: 1)),
    ])
    func `buckets that are no buckets are refused`(bounds: [Double]) {
        #expect(throws: MetricError.invalidBuckets(name: "size")) {
            try registry.histogram("size", help: "Size.", buckets: Buckets(bounds))
        }
    }

    @Test func `rows of buckets are made by rule`() {
        #expect(Buckets.linear(start: 1, width: 2, count: 3) == [1, 3, 5])
        #expect(Buckets.exponential(start: 1, factor: 10, count: 3) == [1, 10, 100])
        #expect(Buckets.exponential(start: 1, factor: 2, count: -1) == [])
        #expect(Buckets.linear(start: 1, width: 1, count: .max).bounds.count == Buckets.maximumCount + 1)
    }
}
