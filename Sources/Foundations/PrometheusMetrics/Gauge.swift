internal import Synchronization

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

    func render(into output: inout [UInt8], as format: ExpositionFormat) {
        output += prefix
        TextFormat.append(value, to: &output)
        output.append(UInt8(ascii: "\n"))
    }
}
