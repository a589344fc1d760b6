internal import Synchronization

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

    init(_ series: Series, shape: Void = ()) {
        self.series = series
        prefix = series.prefix()
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

    func render(into output: inout [UInt8], as format: ExpositionFormat) {
        output += prefix
        let parts = parts.load(ordering: .relaxed)
        let whole = whole.load(ordering: .relaxed)
        if parts == 0 {
            TextFormat.append(whole, to: &output)
        } else {
            TextFormat.append(Double(whole) + parts, to: &output)
        }
        if format == .openMetrics, let slot = exemplar.withLock({ $0 }) {
            TextFormat.append(slot, to: &output)
        }
        output.append(UInt8(ascii: "\n"))
    }
}
