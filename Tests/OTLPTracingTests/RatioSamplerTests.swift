import TestSupport
import Testing

@testable import OTLPTracing

@Suite struct RatioSamplerTests {
    private static func traces(_ count: Int) -> [TraceID] {
        var seed = SeededGenerator(seed: 11)
        var generator = IdentifierGenerator(seededFrom: &seed)
        return (0..<count).map { _ in generator.traceID() }
    }

    @Test(arguments: [(0.0, 0), (-1, 0), (.nan, 0), (1, 2000), (2, 2000)])
    func `The ends sample none and all`(ratio: Double, expected: Int) {
        let sampler = RatioSampler(ratio: ratio)
        #expect(Self.traces(2000).count { sampler.isSampled($0) } == expected)
    }

    @Test(arguments: [0.01, 0.1, 0.5, 0.9])
    func `About the ratio is sampled`(ratio: Double) {
        let sampler = RatioSampler(ratio: ratio)
        let share = Double(Self.traces(20_000).count { sampler.isSampled($0) }) / 20_000
        #expect(abs(share - ratio) < 0.02)
    }

    @Test func `What a ratio samples a higher one samples too`() {
        let (low, high) = (RatioSampler(ratio: 0.2), RatioSampler(ratio: 0.3))
        #expect(Self.traces(5000).allSatisfy { !low.isSampled($0) || high.isSampled($0) })
    }

    static let edges: [(UInt64, Bool)] = [(0, true), (0x7FFF_FFFF_FFFF_FFFF, true), (1 << 63, false), (.max, false)]

    @Test(arguments: edges)
    func `Only the id's last eight bytes decide`(low: UInt64, isSampled: Bool) throws {
        let sampler = RatioSampler(ratio: 0.5)
        for high in [1, UInt64.max] {
            #expect(sampler.isSampled(try #require(TraceID(high: high, low: low))) == isSampled)
        }
    }
}
