import PrometheusMetrics
import Testing

struct ScrapeCacheTests {
    private let text = ScrapeRequest(format: .text)

    @Test func `scrapes at the same time share one rendering`() async throws {
        let cache = ScrapeCache<Int>()
        let renderings = Tally()
        let bodies = try await withThrowingTaskGroup { group in
            for _ in 0..<5 {
                group.addTask {
                    try await cache.body(for: text) { _ in
                        // Ends only when all five have come, so that none can find it over.
                        while cache.waiting(for: text) < 4 { await Task.yield() }
                        return await renderings.next()
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(bodies == [1, 1, 1, 1, 1])
        #expect(cache.inFlight == 0)
    }

    @Test func `one after another each gets its own`() async throws {
        let cache = ScrapeCache<Int>()
        let renderings = Tally()
        for turn in 1...3 {
            let body = try await cache.body(for: text) { _ in await renderings.next() }
            #expect(body == turn)
        }
    }

    @Test func `requests that differ don't wait for each other`() async throws {
        let cache = ScrapeCache<String>()
        let others = [
            ScrapeRequest(format: .openMetrics), ScrapeRequest(format: .text, names: ["a"]),
            ScrapeRequest(format: .text, coding: "gzip"),
        ]
        let body = try await cache.body(for: text) { _ in
            for other in others {
                #expect((try? await cache.body(for: other) { "\($0.format)" }) == "\(other.format)")
            }
            return "first"
        }
        #expect(body == "first")
    }

    @Test func `more scrapes than the maximum are refused`() async throws {
        let cache = ScrapeCache<Int>(maximumInFlight: 2)
        let gate = Tally()
        try await withThrowingTaskGroup { group in
            for _ in 0..<2 {
                group.addTask {
                    try await cache.body(for: text) { _ in
                        while await gate.count == 0 { await Task.yield() }
                        return 1
                    }
                }
            }
            while cache.inFlight < 2 { await Task.yield() }
            await #expect(throws: ScrapeRefused(maximum: 2)) {
                try await cache.body(for: ScrapeRequest(format: .openMetrics)) { _ in 8 }
            }
            _ = await gate.next()
            for try await body in group { #expect(body == 1) }
        }
        #expect(try await cache.body(for: text) { _ in 2 } == 2)
    }
}

private actor Tally {
    var count = 0

    func next() -> Int {
        count += 1
        return count
    }
}
