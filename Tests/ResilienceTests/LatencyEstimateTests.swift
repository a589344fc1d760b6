import Resilience
import Testing

struct LatencyEstimateTests {
    private func estimate(_ samples: [Duration]) -> LatencyEstimate {
        samples.reduce(into: LatencyEstimate()) { $0.record($1) }
    }

    @Test func `nothing is known before the first call`() {
        #expect(LatencyEstimate().mean == nil && LatencyEstimate().expected == nil)
    }

    @Test func `the first call counts whole, with half of it as its deviation`() {
        let estimate = estimate([.milliseconds(100)])
        #expect(estimate.mean == .milliseconds(100))
        #expect(estimate.expected == .milliseconds(300))
    }

    @Test func `the next ones move it by an eighth and a quarter, as RFC 6298 says`() {
        let estimate = estimate([.milliseconds(100), .milliseconds(180)])
        #expect(estimate.mean == .milliseconds(110))
        // 50 ms + (80 ms − 50 ms) / 4 = 57.5 ms.
        #expect(estimate.expected == .milliseconds(110) + .microseconds(57_500) * 4)
    }

    @Test(arguments: [Duration.zero, .nanoseconds(7), .milliseconds(200), .seconds(59)])
    func `calls that all take the same are expected to take just that`(_ took: Duration) throws {
        let estimate = estimate(Array(repeating: took, count: 200))
        #expect(estimate.mean == took)
        let expected = try #require(estimate.expected)
        #expect(expected >= took && expected <= took + .microseconds(1))
    }

    @Test func `it follows a change within a few dozen calls, both ways`() throws {
        var estimate = estimate(Array(repeating: .milliseconds(50), count: 100))
        for _ in 1...50 { estimate.record(.seconds(4)) }
        #expect(try #require(estimate.mean) > .milliseconds(3900))
        for _ in 1...100 { estimate.record(.milliseconds(50)) }
        #expect(try #require(estimate.expected) < .milliseconds(100))
    }

    @Test(
        arguments: [
            Duration.seconds(Int64.max), .seconds(Int64.min), .nanoseconds(Int64.min), .seconds(-1), .seconds(3601),
        ] as [Duration]
    )
    func `no sample is a trap, and none counts for more than the longest`(_ took: Duration) throws {
        var estimate = LatencyEstimate()
        for round in 0..<1000 {
            estimate.record(round % 2 == 0 ? took : .zero)
            let (mean, expected) = (try #require(estimate.mean), try #require(estimate.expected))
            #expect(mean >= .zero && mean <= LatencyEstimate.longest)
            #expect(expected >= mean && expected <= LatencyEstimate.longest * 5)
        }
    }
}
