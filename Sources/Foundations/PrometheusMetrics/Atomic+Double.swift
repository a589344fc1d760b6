internal import Synchronization

extension Atomic where Value == Double {
    /// Adds without a lock: tries again when another thread came between.
    borrowing func add(_ amount: Double) {
        var current = load(ordering: .relaxed)
        while true {
            let (done, seen) = weakCompareExchange(expected: current, desired: current + amount, ordering: .relaxed)
            if done { return }
            current = seen
        }
    }
}
