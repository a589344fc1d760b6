internal import Synchronization

/// Counts of values by size, with their sum.
///
/// An observation is two atomic additions: no lock, no allocation. A scrape in the midst of one may show its count without
/// its part of the sum; `_count` and the `+Inf` bucket always agree.
public final class Histogram: Instrument {
    let series: Series
    private let shape: BucketShape
    private let bucketPrefix: [UInt8]
    private let sumPrefix: [UInt8]
    private let countPrefix: [UInt8]
    private let blocks: [CellBlock]
    private let total = Atomic<Double>(0)
    private let touched = Atomic<Bool>(true)
    /// One for each bucket, or none at all before the first is given.
    private let exemplars = Mutex<[ExemplarSlot?]>([])

    init(_ series: Series, shape: BucketShape) {
        self.series = series
        self.shape = shape
        bucketPrefix = series.bucketPrefix()
        sumPrefix = series.prefix(suffix: "_sum")
        countPrefix = series.prefix(suffix: "_count")
        blocks = (0..<(shape.bounds.count / CellBlock.size + 1)).map { _ in CellBlock() }
    }

    /// Counts a value; one that is infinite or NaN is ignored, since it would spoil the sum for good.
    public func observe(_ value: Double) {
        guard value.isFinite else { return }
        count(value, bucket: shape.index(of: value))
    }

    /// Counts a value and keeps the case it came from, in place of the one that its bucket kept before.
    public func observe(_ value: Double, exemplar: Exemplar?) {
        guard value.isFinite else { return }
        let bucket = shape.index(of: value)
        count(value, bucket: bucket)
        guard let exemplar else { return }
        exemplars.withLock { slots in
            if slots.isEmpty { slots = Array(repeating: nil, count: shape.bounds.count + 1) }
            slots[bucket] = ExemplarSlot(exemplar: exemplar, value: value)
        }
    }

    /// Counts a duration in seconds, with the case it came from if there is one to show.
    ///
    /// A negative one counts as 0: nothing takes less than no time, so a clock was set back between its two readings, and a sum that
    /// falls is no sum for OpenMetrics.
    public func observe(_ duration: Duration, exemplar: Exemplar? = nil) {
        observe(max(.zero, duration) / .seconds(1), exemplar: exemplar)
    }

    /// How many values were counted.
    public var count: UInt64 {
        (0...shape.bounds.count).reduce(0) { $0 + load($1) }
    }

    /// The sum of the values counted.
    public var sum: Double {
        total.load(ordering: .relaxed)
    }

    private func count(_ value: Double, bucket: Int) {
        total.add(value)
        blocks[bucket / CellBlock.size].increment(bucket % CellBlock.size)
        touch()
    }

    private func load(_ bucket: Int) -> UInt64 {
        blocks[bucket / CellBlock.size].load(bucket % CellBlock.size)
    }

    func touch() {
        touched.store(true, ordering: .relaxed)
    }

    func takeTouched() -> Bool {
        touched.exchange(false, ordering: .relaxed)
    }

    func render(into output: inout [UInt8], as format: ExpositionFormat) {
        let ends = format == .openMetrics ? shape.openMetricsEnds : shape.textEnds
        let slots = format == .openMetrics ? exemplars.withLock { $0 } : []
        var cumulative: UInt64 = 0
        for bucket in ends.indices {
            cumulative += load(bucket)
            output += bucketPrefix
            output += ends[bucket]
            TextFormat.append(cumulative, to: &output)
            if !slots.isEmpty, let slot = slots[bucket] { TextFormat.append(slot, to: &output) }
            output.append(UInt8(ascii: "\n"))
        }
        output += sumPrefix
        TextFormat.append(sum, to: &output)
        output.append(UInt8(ascii: "\n"))
        output += countPrefix
        TextFormat.append(cumulative, to: &output)
        output.append(UInt8(ascii: "\n"))
    }
}
