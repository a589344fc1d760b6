import Synchronization

/// A number that tasks share.
final class Counter: Sendable {
    private let value: Mutex<Int>

    init(_ start: Int) {
        value = Mutex(start)
    }

    /// Adds, and returns the sum.
    func next(_ step: Int) -> Int {
        value.withLock { value in
            value += step
            return value
        }
    }
}
