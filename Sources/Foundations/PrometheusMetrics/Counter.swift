internal import Synchronization
import WireProtobuf

/// A number that only rises, until the process starts again.
///
/// Every update is one atomic addition: no lock, no allocation.
public final class Counter: Instrument {
    let series: Series
    private let prefix: [UInt8]
    private let whole = Atomic<UInt64>(0)
    /// What was added in parts; kept apart because a sum of doubles stops rising by ones at 2^53.
    private let parts = Atomic<Double>(0)
    private let touched = Atomic<Bool>(true)
    private let exemplar = Mutex<ExemplarSlot?>(nil)
    /// Whether a scraper that stores it has seen it.
    private let isKnown: Atomic<Bool>

    init(_ series: Series, shape: Void = ()) {
        self.series = series
        prefix = series.prefix()
        // Without labels it is there from the start.
        isKnown = Atomic(series.labels.isEmpty)
    }

    /// Adds one.
    public func increment() {
        whole.wrappingAdd(1, ordering: .relaxed)
        touch()
    }

    /// Adds a whole amount; a negative one is ignored, since a counter never falls.
    public func increment(by amount: Int) {
        guard amount >= 0 else { return }
        whole.wrappingAdd(UInt64(amount), ordering: .relaxed)
        touch()
    }

    /// Adds an amount; a negative, infinite or NaN one is ignored, since it would spoil the number for good.
    public func increment(by amount: Double) {
        guard amount >= 0, amount.isFinite else { return }
        parts.add(amount)
        touch()
    }

    /// Adds one and keeps the case it came from, in place of the one kept before.
    public func increment(exemplar: Exemplar?) {
        increment()
        keep(exemplar, value: 1)
    }

    /// Adds an amount, under the rules of ``increment(by:)-(Double)``, and keeps the case it came from.
    public func increment(by amount: Double, exemplar: Exemplar?) {
        guard amount >= 0, amount.isFinite else { return }
        increment(by: amount)
        keep(exemplar, value: amount)
    }

    /// Raises the counter to a total that is kept elsewhere (processor seconds, say); a lower, infinite or NaN one is ignored.
    ///
    /// Meant for hooks given to ``MetricRegistry/onCollect(_:)``. Don't mix it with increments on the same child.
    public func raise(to total: Double) {
        guard total.isFinite else { return }
        let rest = total - Double(whole.load(ordering: .relaxed))
        var current = parts.load(ordering: .relaxed)
        while rest > current {
            let (done, seen) = parts.weakCompareExchange(expected: current, desired: rest, ordering: .relaxed)
            if done { break }
            current = seen
        }
        touch()
    }

    /// The number as the next scrape will show it.
    public var value: Double {
        Double(whole.load(ordering: .relaxed)) + parts.load(ordering: .relaxed)
    }

    /// Starts again at zero, which scrapers read as a restart.
    func reset() {
        whole.store(0, ordering: .relaxed)
        parts.store(0, ordering: .relaxed)
        exemplar.withLock { $0 = nil }
        touch()
    }

    func touch() {
        touched.store(true, ordering: .relaxed)
    }

    func takeTouched() -> Bool {
        touched.exchange(false, ordering: .relaxed)
    }

    private func keep(_ exemplar: Exemplar?, value: Double) {
        guard let exemplar else { return }
        self.exemplar.withLock { $0 = ExemplarSlot(exemplar: exemplar, value: value) }
    }

    /// Whether this scrape shows it as 0, whatever it is: the first one that is stored does.
    private func isBorn(in scrape: Exposition) -> Bool {
        scrape.isStored && !isKnown.load(ordering: .relaxed) && !isKnown.exchange(true, ordering: .relaxed)
    }

    func render(into output: inout [UInt8], as scrape: Exposition) {
        output += prefix
        let isBorn = isBorn(in: scrape)
        let parts = isBorn ? 0 : parts.load(ordering: .relaxed)
        let whole = isBorn ? 0 : whole.load(ordering: .relaxed)
        if parts == 0 {
            TextFormat.append(whole, to: &output)
        } else {
            TextFormat.append(Double(whole) + parts, to: &output)
        }
        if scrape.format == .openMetrics, !isBorn, let slot = exemplar.withLock({ $0 }) {
            TextFormat.append(slot, to: &output)
        }
        output.append(UInt8(ascii: "\n"))
    }

    func render(into writer: inout ProtobufWriter, as scrape: Exposition) {
        let isBorn = isBorn(in: scrape)
        writer.message(ProtobufFormat.Metric.counter) { writer in
            writer.alwaysDouble(1, isBorn ? 0 : value)
            if !isBorn, let slot = exemplar.withLock({ $0 }) { ProtobufFormat.append(slot, field: 2, to: &writer) }
        }
    }
}

/// All counters of one name, one for each set of label values; made by ``MetricRegistry``.
///
/// Finding a child takes a lock and a hash of its values; keep the child where one place updates it often.
public final class CounterFamily: Sendable {
    let table: ChildTable<Counter>

    init(_ table: ChildTable<Counter>) {
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
    public func child(_ values: String...) -> Counter {
        table.child(values)
    }

    /// The child with these label values, as an array.
    public func child(_ values: [String]) -> Counter {
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
