/// The upper bounds of a histogram's buckets, each inclusive; the bucket for everything above is added by itself.
///
/// Bounds are checked when a family is registered: at least one, at most ``maximumCount``, finite and rising.
public struct Buckets: Equatable, Sendable, ExpressibleByArrayLiteral {
    /// The most bounds a histogram may have.
    public static let maximumCount = 100

    /// The bounds, lowest first.
    public var bounds: [Double]

    /// Buckets with these bounds, lowest first.
    public init(_ bounds: [Double]) {
        self.bounds = bounds
    }

    /// Buckets written as a list of their bounds, lowest first.
    public init(arrayLiteral bounds: Double...) {
        self.bounds = bounds
    }

    /// For durations of requests, in seconds: 5 ms to 10 s, as every Prometheus client has them.
    public static let seconds: Buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// For sizes of bodies, in bytes: 256 B to 16 MiB in steps of four.
    public static let bytes = exponential(start: 256, factor: 4, count: 9)

    /// For numbers of unknown size: 1 to 1,000,000 in steps of ten, with halves.
    public static let values: Buckets = [
        1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000,
    ]

    /// `count` bounds that start at `start` and lie `width` apart.
    public static func linear(start: Double, width: Double, count: Int) -> Buckets {
        Buckets((0..<clamped(count)).map { start + width * Double($0) })
    }

    /// `count` bounds that start at `start`, each `factor` times the one before.
    public static func exponential(start: Double, factor: Double, count: Int) -> Buckets {
        var bounds: [Double] = []
        var bound = start
        for _ in 0..<clamped(count) {
            bounds.append(bound)
            bound *= factor
        }
        return Buckets(bounds)
    }

    /// One more than the maximum stays refusable, and a slip of a digit costs no memory.
    private static func clamped(_ count: Int) -> Int {
        min(max(count, 0), maximumCount + 1)
    }

    var isValid: Bool {
        (1...Self.maximumCount).contains(bounds.count) && bounds.allSatisfy(\.isFinite)
            && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
    }
}

/// The bounds that all histograms of a family share, with the text that each has in either format.
struct BucketShape: Sendable {
    let bounds: [Double]

    /// `bound"} ` for each bucket, the last one being `+Inf"} `.
    let textEnds: [[UInt8]]
    let openMetricsEnds: [[UInt8]]
    let native: NativeShape

    init(_ buckets: Buckets) {
        bounds = buckets.bounds
        native = NativeShape(bounds)
        let infinity = Array("+Inf\"} ".utf8)
        textEnds = bounds.map { Self.end($0, canonical: false) } + [infinity]
        openMetricsEnds = bounds.map { Self.end($0, canonical: true) } + [infinity]
    }

    /// OpenMetrics asks for floats in their canonical form, `1.0`; the text format has always had `1`.
    private static func end(_ bound: Double, canonical: Bool) -> [UInt8] {
        var text: [UInt8] = []
        if canonical {
            text += Array(bound.description.utf8)
        } else {
            TextFormat.append(bound, to: &text)
        }
        return text + Array("\"} ".utf8)
    }

    /// The bucket of a value: the first whose bound is not below it, by halving.
    func index(of value: Double) -> Int {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
