/// The bounds that all histograms of a family share, with the text that each has in either format.
struct BucketShape: Sendable {
    let bounds: [Double]

    /// `bound"} ` for each bucket, the last one being `+Inf"} `.
    let textEnds: [[UInt8]]
    let openMetricsEnds: [[UInt8]]

    init(_ buckets: Buckets) {
        bounds = buckets.bounds
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
