internal import Timekeeping

/// What waiting does to a priority, worked out from a policy once: it is asked for each head.
struct Ageing: Sendable {
    private let step: Int64
    private let ceiling: Priority

    init(_ policy: QueuePolicy) {
        step = policy.ageingStep > .zero ? max(1, policy.ageingStep.inMilliseconds) : .max
        ceiling = max(policy.ageingCeiling, .high)
    }

    /// What `priority` counts as after `milliseconds` of waiting.
    func effective(_ priority: Priority, waited milliseconds: Int64) -> Priority {
        guard priority > ceiling, milliseconds >= step else { return priority }
        let raised = Int64(priority.rawValue) - min(milliseconds / step, Int64(priority.rawValue))
        return max(ceiling, Priority(rawValue: UInt8(raised)) ?? priority)
    }
}

/// The wall clock with its backward steps taken out, in milliseconds: what waiting times are measured with, so that nothing
/// loses its age when an operator or NTP sets the clock back.
struct AgeClock: Equatable, Sendable {
    /// Two threads may report their readings in the wrong order; only more than this is a step of the clock.
    static let tolerance: Int64 = 1000

    private var latest = Int64.min
    private var offset: Int64 = 0

    /// Takes note of a reading.
    mutating func observe(_ now: Timestamp) {
        if now.milliseconds >= latest {
            latest = now.milliseconds
            return
        }
        let step = latest.saturatingSubtract(now.milliseconds)
        guard step > AgeClock.tolerance else { return }
        offset = offset.saturatingAdd(step)
        latest = now.milliseconds
    }

    /// The present on this clock; never goes back.
    func present(at now: Timestamp) -> Int64 {
        max(now.milliseconds, latest).saturatingAdd(offset)
    }

    /// A wall time that is not after the present, on this clock.
    func point(_ past: Timestamp) -> Int64 {
        min(past.milliseconds, latest).saturatingAdd(offset)
    }

    /// What the wall clock, as it goes now, would have said at `point`.
    func wall(_ point: Int64) -> Timestamp {
        Timestamp(milliseconds: point.saturatingSubtract(offset))
    }
}
