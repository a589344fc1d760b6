internal import Synchronization
import WireProtobuf

/// Counts of values by size, with their sum.
///
/// An observation is three atomic additions: no lock, no allocation. A scrape in the midst of one may show its count without
/// its part of the sum; `_count` and the `+Inf` bucket always agree. Beside the buckets of its family it counts in narrow ones, which
/// scrapers get that take native histograms.
public final class Histogram: Instrument {
    let series: Series
    private let shape: BucketShape
    private let bucketPrefix: [UInt8]
    private let sumPrefix: [UInt8]
    private let countPrefix: [UInt8]
    private let blocks: [CellBlock]
    private let total = Atomic<Double>(0)
    /// The narrow buckets, of values above and below 0.
    private let positive: [CellBlock]
    private let negative: [CellBlock]
    private let zero = Atomic<UInt64>(0)
    private let touched = Atomic<Bool>(true)
    /// One for each bucket, or none at all before the first is given.
    private let exemplars = Mutex<[ExemplarSlot?]>([])

    init(_ series: Series, shape: BucketShape) {
        self.series = series
        self.shape = shape
        bucketPrefix = series.bucketPrefix()
        sumPrefix = series.prefix(suffix: "_sum")
        countPrefix = series.prefix(suffix: "_count")
        blocks = CellBlock.row(of: shape.bounds.count + 1)
        positive = CellBlock.row(of: shape.native.count)
        negative = shape.native.hasNegative ? CellBlock.row(of: shape.native.count) : []
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
        countNatively(value)
        blocks[bucket / CellBlock.size].increment(bucket % CellBlock.size)
        touch()
    }

    /// Before the family's own buckets, which a scrape reads first: it never finds more there than here.
    private func countNatively(_ value: Double) {
        guard let place = shape.native.place(of: value.magnitude) else { return countAsZero() }
        if value > 0 {
            positive[place / CellBlock.size].increment(place % CellBlock.size)
        } else if negative.isEmpty {
            countAsZero()
        } else {
            negative[place / CellBlock.size].increment(place % CellBlock.size)
        }
    }

    private func countAsZero() {
        zero.wrappingAdd(1, ordering: .relaxed)
    }

    private func buckets(_ side: [CellBlock]) -> NativeBuckets {
        guard !side.isEmpty else { return NativeBuckets() }
        return NativeBuckets(shape.native) { side[$0 / CellBlock.size].load($0 % CellBlock.size) }
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

    func render(into writer: inout ProtobufWriter, as scrape: Exposition) {
        let counts = shape.bounds.indices.map { load($0) }
        let (above, below) = (buckets(positive), buckets(negative))
        let (zero, slots) = (zero.load(ordering: .relaxed), exemplars.withLock { $0 })
        writer.message(ProtobufFormat.Metric.histogram) { writer in
            let count = above.total + below.total + zero
            writer.alwaysVarint(ProtobufFormat.HistogramField.count, count)
            writer.alwaysDouble(ProtobufFormat.HistogramField.sum, sum)
            var cumulative: UInt64 = 0
            for (bucket, count) in counts.enumerated() {
                cumulative += count
                let slot = slots.isEmpty ? nil : slots[bucket]
                ProtobufFormat.append(bucket: shape.bounds[bucket], cumulative, slot, to: &writer)
            }
            if let slot = slots.last ?? nil { ProtobufFormat.append(bucket: .infinity, count, slot, to: &writer) }
            ProtobufFormat.append(shape.native, zero: zero, above, below, to: &writer)
        }
    }

    func render(into output: inout [UInt8], as scrape: Exposition) {
        let format = scrape.format
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

/// All histograms of one name, one for each set of label values; made by ``MetricRegistry``.
///
/// Finding a child takes a lock and a hash of its values; keep the child where one place updates it often.
public final class HistogramFamily: Sendable {
    let table: ChildTable<Histogram>

    init(_ table: ChildTable<Histogram>) {
        self.table = table
    }

    /// The family's full name.
    public var name: String { table.descriptor.name }

    /// How many children there are.
    public var count: Int { table.count }

    /// The child with these label values, in the order in which the names were registered; the same one each time.
    ///
    /// Never fails: beyond the family's maximum a child of its overflows is returned, at last, and if the number of values is wrong,
    /// the one whose values are all `other`; ``MetricRegistry/refusedLabelSetsName`` counts such values. A family without labels
    /// has one child, whatever is passed. Values longer than ``MetricRegistry/maximumLabelValueBytes`` are cut.
    public func child(_ values: String...) -> Histogram {
        table.child(values)
    }

    /// The child with these label values, as an array.
    public func child(_ values: [String]) -> Histogram {
        table.child(values)
    }

    /// Forgets the child with these label values, if there is one; whoever still holds it counts unseen.
    @discardableResult
    public func remove(_ values: String...) -> Bool {
        table.remove(key: values)
    }

    /// Forgets all children with one of these values of one label, for values that have gone for good; returns how many. The next
    /// child with these values starts at zero. Costs a look at each child, however many values there are.
    @discardableResult
    public func removeAll(where label: String, isIn values: Set<String>) -> Int {
        table.removeAll(where: label, isIn: values)
    }

    /// Forgets the children that were not used since `cutoff`; to be called now and then.
    ///
    /// A use is an update or a call of ``child(_:)-(String...)``. Uses are noticed at these calls only, so a child lives up to
    /// one interval between calls longer than asked. Whoever still holds a forgotten child counts unseen: look it up again.
    ///
    /// - Parameters:
    ///   - cutoff: The time from which on a use keeps a child, on the same scale as `now`.
    ///   - now: The present, as the time since any fixed point, by a clock that never steps back.
    /// - Returns: How many were forgotten.
    @discardableResult
    public func expireUntouched(since cutoff: Duration, at now: Duration) -> Int {
        table.expireUntouched(since: cutoff, at: now)
    }
}
