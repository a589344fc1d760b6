import PrometheusMetrics
import Testing

struct CounterTests {
    private let registry = MetricRegistry()

    @Test func `whole amounts and parts add up`() throws {
        let counter = try registry.counter("jobs_total", help: "Jobs.").child()
        counter.increment()
        counter.increment(by: 41)
        #expect(counter.value == 42)
        counter.increment(by: 0.5)
        #expect(counter.value == 42.5)
        #expect(registry.samples("jobs_total") == ["jobs_total 42.5"])
    }

    @Test(arguments: [-1, -0.5, .nan, .infinity, -.infinity])
    func `an amount that would spoil it is ignored`(amount: Double) throws {
        let counter = try registry.counter("jobs_total", help: "Jobs.").child()
        counter.increment(by: 2.0)
        counter.increment(by: amount)
        counter.increment(by: amount, exemplar: Exemplar(["rid": "x"]))
        counter.raise(to: amount)
        counter.increment(by: -3 as Int)
        #expect(counter.value == 2)
        #expect(registry.samples("jobs_total", format: .openMetrics) == ["jobs_total 2"])
    }

    @Test func `a total kept elsewhere raises it and never lowers it`() throws {
        let counter = try registry.counter("cpu_seconds_total", help: "Time.").child()
        counter.raise(to: 12.5)
        counter.raise(to: 11)
        #expect(counter.value == 12.5)
        counter.raise(to: 13)
        #expect(counter.value == 13)
    }

    @Test func `ones still count beyond two to the power of 53`() throws {
        let counter = try registry.counter("jobs_total", help: "Jobs.").child()
        counter.increment(by: 1 << 53)
        counter.increment()
        #expect(registry.samples("jobs_total") == ["jobs_total 9007199254740993"])
    }

    @Test func `no update of several threads is lost`() async throws {
        let counter = try registry.counter("jobs_total", help: "Jobs.").child()
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment()
                        counter.increment(by: 0.5)
                    }
                }
            }
        }
        #expect(counter.value == 60_000)
    }
}
