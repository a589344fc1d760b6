import Glibc
import PrometheusMetrics

extension MicroBenchmarks {
    static func metrics() throws {
        let registry = MetricRegistry()
        let counter = try registry.counter("bench_adds_total", help: "Made up.", labels: ["app"]).child("main")
        let histogram = try registry.histogram("bench_wait_seconds", help: "Made up.", labels: ["app"]).child("main")
        update("counter increment") { counter.increment() }
        update("counter increment by a part") { counter.increment(by: 0.5) }
        update("histogram observation") { histogram.observe(0.3) }
        try scrape()
    }

    /// The time of an update, and what it allocates where `Benchmarks/allocations.c` counts that.
    private static func update(_ name: String, _ body: () -> Void) {
        let count = 5_000_000
        measure(name, count: count) {
            for _ in 0..<count { body() }
        }
        guard let before = allocations() else { return }
        for _ in 0..<count { body() }
        guard let after = allocations() else { return }
        print("\(name): \(after - before) allocations in \(count) of them")
    }

    /// Processor time, as a scrape's own is what the process lacks meanwhile.
    private static func scrape() throws {
        let registry = MetricRegistry()
        let family = try registry.counter(
            "bench_requests_total",
            help: "Made up.",
            labels: ["app", "api"],
            maximumLabelSets: 10_000
        )
        for number in 0..<10_000 { family.child("app\(number % 10)", "/cgi-bin/api/\(number)").increment() }
        for format in ExpositionFormat.allCases {
            let best = (0..<5).map { _ in
                let began = processorSeconds()
                for _ in 0..<20 { _ = registry.render(format) }
                return (processorSeconds() - began) / 20
            }
            print("scrape of 10,000 series (\(format)): \(((best.min() ?? 0) * 1e5).rounded() / 100) ms of CPU")
        }
    }

    private static func processorSeconds() -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// How often the process has allocated memory; `nil` where nobody counts.
    private static func allocations() -> Int? {
        guard let symbol = unsafe dlsym(nil, "benchmark_allocations") else { return nil }
        return unsafe unsafeBitCast(symbol, to: (@convention(c) () -> Int).self)()
    }
}
