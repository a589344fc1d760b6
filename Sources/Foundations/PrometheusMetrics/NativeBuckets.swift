/// Which narrow buckets a histogram counts in beside its own, for scrapers that take native histograms: a factor of 2^(1/8) wide, or
/// wider where these would be too many. Fixed by the family's own bounds, so that no scrape differs from the next in it.
struct NativeShape: Equatable, Sendable {
    /// The most buckets of one sign.
    static let maximum = 160
    /// Powers of two that the buckets reach below the least and above the largest of the family's own bounds.
    private static let margin = (below: 6, above: 3)

    /// From one power of two to the next there are 2^schema buckets.
    let schema: Int
    /// What is no larger than this counts as 0.
    let zeroThreshold: Double
    /// The number of the first bucket: that of the threshold's next.
    let lowest: Int
    /// How many buckets there are; what is larger than the last one's bound is in the last one.
    let count: Int
    /// Whether values below 0 are expected; else they count as 0.
    let hasNegative: Bool

    init(_ bounds: [Double]) {
        // A family is refused for bounds that are not finite; until then they must do no harm.
        let sizes = bounds.map(\.magnitude).filter { $0 > 0 && $0.isFinite }
        let low = Int((sizes.min() ?? 1).exponent) - Self.margin.below
        let high = Int((sizes.max() ?? 1).exponent) + 1 + Self.margin.above
        var schema = 3
        while schema > -4, Self.buckets(from: low, to: high, schema) > Self.maximum { schema -= 1 }
        self.schema = schema
        zeroThreshold = Double(sign: .plus, exponent: low, significand: 1)
        lowest = Self.widened(low << 3, to: schema) + 1
        count = Self.buckets(from: low, to: high, schema)
        hasNegative = (bounds.first ?? 0) < 0
    }

    private static func buckets(from low: Int, to high: Int, _ schema: Int) -> Int {
        widened(high << 3, to: schema) - widened(low << 3, to: schema)
    }

    /// The bucket that holds one of schema 3.
    private static func widened(_ index: Int, to schema: Int) -> Int {
        (index + 1 << (3 - schema) - 1) >> (3 - schema)
    }

    /// The place of a size among the buckets; `nil` where it counts as 0.
    func place(of size: Double) -> Int? {
        guard size > zeroThreshold else { return nil }
        return min(max(0, Self.widened(Self.index(of: size), to: schema) - lowest), count - 1)
    }

    /// The number of the bucket of schema 3 whose upper bound, 2^(number/8), is the first that is not below the size.
    static func index(of size: Double) -> Int {
        let exponent = Int(size.bitPattern >> 52) - 1023
        let fraction = Double(bitPattern: size.bitPattern & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000)
        return exponent << 3 + step(fraction)
    }

    /// How many of 2^(0/8) to 2^(7/8) are below a number from 1 to 2, by halving.
    private static func step(_ fraction: Double) -> Int {
        if fraction > 1.4142135623730951 {
            if fraction > 1.681792830507429 { return fraction > 1.8340080864093424 ? 8 : 7 }
            return fraction > 1.5422108254079407 ? 6 : 5
        }
        if fraction > 1.189207115002721 { return fraction > 1.2968395546510096 ? 4 : 3 }
        if fraction > 1.0905077326652577 { return 2 }
        return fraction > 1 ? 1 : 0
    }
}

/// The buckets of one native histogram that hold anything, as a scrape shows them.
struct NativeBuckets: Equatable {
    struct Bucket: Equatable {
        var index: Int
        var count: UInt64
    }

    private(set) var all: [Bucket] = []

    /// The buckets whose counts are not 0.
    init(_ shape: NativeShape, count: (_ place: Int) -> UInt64) {
        for place in 0..<shape.count {
            let count = count(place)
            if count > 0 { all.append(Bucket(index: shape.lowest + place, count: count)) }
        }
    }

    /// Buckets as given, in order.
    init(_ all: [Bucket] = []) {
        self.all = all
    }

    /// What they hold together.
    var total: UInt64 { all.reduce(0) { $0 + $1.count } }

    /// Runs of buckets that follow each other, and the counts of all of them as differences to the one before. Of a gap of one or
    /// two the empty buckets are written, which is shorter than another run.
    var spans: (spans: [(offset: Int, length: Int)], deltas: [Int64]) {
        var spans: [(offset: Int, length: Int)] = []
        var deltas: [Int64] = []
        var (next, last): (Int, Int64) = (0, 0)
        for bucket in all {
            let gap = bucket.index - next
            if spans.isEmpty || gap > 2 {
                spans.append((gap, 0))
            } else {
                for _ in 0..<gap {
                    deltas.append(-last)
                    last = 0
                    spans[spans.count - 1].length += 1
                }
            }
            let count = Int64(clamping: bucket.count)
            deltas.append(count - last)
            last = count
            spans[spans.count - 1].length += 1
            next = bucket.index + 1
        }
        return (spans, deltas)
    }
}
