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
