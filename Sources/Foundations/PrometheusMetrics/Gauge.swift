internal import Synchronization
import WireProtobuf

/// A number that may rise and fall.
///
/// Every update is atomic: no lock, no allocation. NaN and the infinities are shown as they are.
public final class Gauge: Instrument {
    let series: Series
    private let prefix: [UInt8]
    private let current = Atomic<Double>(0)
    private let touched = Atomic<Bool>(true)

    init(_ series: Series, shape: Void = ()) {
        self.series = series
        prefix = series.prefix()
    }

    /// Replaces the number.
    public func set(_ value: Double) {
        current.store(value, ordering: .relaxed)
        touch()
    }

    /// Replaces the number; whole ones are exact up to 2^53.
    public func set(_ value: Int) {
        set(Double(value))
    }

    /// Adds an amount, which may be negative.
    public func add(_ amount: Double) {
        current.add(amount)
        touch()
    }

    /// Adds one.
    public func increment() {
        add(1)
    }

    /// Takes one away.
    public func decrement() {
        add(-1)
    }

    /// The number as the next scrape will show it.
    public var value: Double {
        current.load(ordering: .relaxed)
    }

    func touch() {
        touched.store(true, ordering: .relaxed)
    }

    func takeTouched() -> Bool {
        touched.exchange(false, ordering: .relaxed)
    }

    func render(into output: inout [UInt8], as scrape: Exposition) {
        output += prefix
        TextFormat.append(value, to: &output)
        output.append(UInt8(ascii: "\n"))
    }

    func render(into writer: inout ProtobufWriter, as scrape: Exposition) {
        writer.message(ProtobufFormat.Metric.gauge) { $0.alwaysDouble(1, value) }
    }
}

/// All gauges of one name, one for each set of label values; made by ``MetricRegistry``.
///
/// Finding a child takes a lock and a hash of its values; keep the child where one place updates it often.
public final class GaugeFamily: Sendable {
    let table: ChildTable<Gauge>

    init(_ table: ChildTable<Gauge>) {
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
    public func child(_ values: String...) -> Gauge {
        table.child(values)
    }

    /// The child with these label values, as an array.
    public func child(_ values: [String]) -> Gauge {
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
