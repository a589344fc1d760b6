internal import Timekeeping

/// A sum over the recent past: ten slices of time in a fixed ring, the oldest of which is forgotten as a new one begins.
///
/// What was added counts for at least nine tenths of the span and at most all of it. Nothing here allocates.
struct SliceRing<Value: AdditiveArithmetic & Sendable>: Sendable {
    private var slices = [10 of Value](repeating: .zero)
    /// The sum of all slices as of the last input.
    private(set) var total = Value.zero
    private var current = 0
    private var currentEnd: Instant
    private let width: Int64

    init(span: Duration, at now: Instant) {
        width = max(1, span.inNanoseconds / 10)
        currentEnd = now + .nanoseconds(width)
    }

    /// Forgets what has become too old. A `now` before an earlier one changes nothing.
    mutating func advance(to now: Instant) {
        if now >= currentEnd { rotate(to: now) }
    }

    mutating func add(_ value: Value, at now: Instant) {
        advance(to: now)
        slices[current] += value
        total += value
    }

    /// Lets `body` change the slices, oldest first, until it returns false.
    mutating func updateOldestFirst(_ body: (inout Value) -> Bool) {
        for step in 1...slices.count {
            let index = (current + step) % slices.count
            let before = slices[index]
            let goesOn = body(&slices[index])
            total += slices[index] - before
            if !goesOn { return }
        }
    }

    private mutating func rotate(to now: Instant) {
        let elapsed = UInt64(bitPattern: now.nanoseconds &- currentEnd.nanoseconds)
        let steps = elapsed / UInt64(width) + 1
        for _ in 0..<min(steps, UInt64(slices.count)) {
            current = (current + 1) % slices.count
            total -= slices[current]
            slices[current] = .zero
        }
        let (distance, isTooFar) = Int64(clamping: steps).multipliedReportingOverflow(by: width)
        currentEnd = isTooFar ? .distantFuture : currentEnd + .nanoseconds(distance)
    }
}

extension SliceRing: Equatable {
    static func == (left: SliceRing, right: SliceRing) -> Bool {
        guard left.current == right.current, left.currentEnd == right.currentEnd, left.width == right.width else {
            return false
        }
        return left.slices.indices.allSatisfy { left.slices[$0] == right.slices[$0] }
    }
}
