import Testing

@testable import PrometheusMetrics

struct NativeHistogramTests {
    @Test(arguments: [
        // Each bound belongs to its own bucket: 2^(n/8).
        (1.0, 0), (1.0000001, 1), (1.0905077326652577, 1), (1.0905077326652579, 2), (2, 8), (1.999, 8), (2.001, 9),
        (0.5, -8), (0.501, -7), (0.499, -8), (1024, 80), (0x1p-39, -312), (1e-3, -79),
    ])
    func `a value has one bucket`(value: Double, index: Int) {
        #expect(NativeShape.index(of: value) == index)
    }

    @Test func `buckets are a factor of 2^(1/8) wide, everywhere`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let power = Double(sign: .plus, exponent: .random(in: -39...55), significand: 1)
            let value = Double.random(in: 1...2, using: &generator) * power
            let index = NativeShape.index(of: value)
            #expect(value > bound(index - 1) * (1 - 1e-12) && value <= bound(index) * (1 + 1e-12), "\(value)")
        }
    }

    /// 2^(index/8), by repeated square roots.
    private func bound(_ index: Int) -> Double {
        let root = 2.0.squareRoot().squareRoot().squareRoot()
        let power = Double(sign: .plus, exponent: index >> 3, significand: 1)
        return (0..<(index & 7)).reduce(power) { value, _ in value * root }
    }

    @Test(
        arguments: [
            // Six powers of two below the least bound, three above the largest.
            ([0.025, 30], 3, 0x1p-12, 168), ([1, 1024], 3, 0x1p-6, 168), ([0.001, 300], 2, 0x1p-16, 116),
            ([0.005, 86_400], 2, 0x1p-14, 140), ([0, 5], 3, 0x1p-4, 88), ([-5, 5], 3, 0x1p-4, 88), ([0], 3, 0x1p-6, 88),
            ([0x1p-1000, 0x1p1000], -4, 0x1p-1006, 126),
        ] as [([Double], Int, Double, Int)]
    )
    func `a family's own bounds say how wide its narrow ones are, and there are never more than 160`(
        bounds: [Double],
        schema: Int,
        threshold: Double,
        most: Int
    ) {
        let shape = NativeShape(bounds)
        #expect(shape.count <= NativeShape.maximum)
        #expect(shape.zeroThreshold == threshold)
        #expect(shape.hasNegative == (bounds[0] < 0))
        #expect(shape.schema <= schema)
        #expect(shape.count <= most)
        // One finer would be too many.
        #expect(shape.schema == 3 || shape.count * 2 + 1 >= NativeShape.maximum, "\(shape)")
    }

    @Test func `what is too small counts as 0, and what is too large is in the last bucket`() throws {
        let shape = NativeShape([1])
        #expect(shape.place(of: 0) == nil)
        #expect(shape.place(of: shape.zeroThreshold) == nil)
        #expect(shape.place(of: .leastNonzeroMagnitude) == nil)
        #expect(shape.place(of: shape.zeroThreshold.nextUp) == 0)
        #expect(shape.place(of: 0x1p5) == shape.count - 1)
        #expect(shape.place(of: .greatestFiniteMagnitude) == shape.count - 1)
    }

    @Test(
        arguments: [
            ([], [], []),
            ([(5, 3)], [[5, 1]], [3]),
            ([(-2, 1), (-1, 4)], [[-2, 2]], [1, 3]),
            // A short gap is filled, a long one begins another run.
            ([(1, 2), (4, 5)], [[1, 4]], [2, -2, 0, 5]),
            ([(1, 2), (5, 5)], [[1, 1], [3, 1]], [2, 3]),
        ] as [([(Int, UInt64)], [[Int]], [Int64])]
    )
    func `buckets are written as runs and differences`(given: [(Int, UInt64)], spans: [[Int]], deltas: [Int64]) {
        let written = NativeBuckets(given.map { NativeBuckets.Bucket(index: $0.0, count: $0.1) }).spans
        #expect(written.spans.map { [$0.offset, $0.length] } == spans)
        #expect(written.deltas == deltas)
    }
}
