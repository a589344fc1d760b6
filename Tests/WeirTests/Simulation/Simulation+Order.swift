import Queueing
import Timekeeping

@testable import Dispatching
@testable import Weir

/// Who goes first.
extension Simulation {
    /// Among the ready work of a lane the order is priority; each minute of waiting counts as one priority, up to high, so that
    /// nothing waits for ever.
    func checkOrder(_ view: MachineView) {
        let now = view.now.instant
        if judged.at != now { judged = (now, []) }
        let new = view.attempts.filter { $0.startedAt == now && !judged.attempts.contains($0.key) }
        judged.attempts.formUnion(new.map(\.key))
        let started = Dictionary(grouping: new, by: \.lane)
        // Where one alone was started, the next is whom it went before.
        for attempts in started.values where attempts.count == 1 {
            let attempt = attempts[0]
            // Of those that may be probes, what can be repeated goes first.
            guard !attempt.isProbe else { continue }
            // Inside a priority it is first come, first served, and what was redriven or restored comes when it does.
            guard let next = view.waiting.first(where: { $0.id == attempt.lane })?.head,
                next.priority != attempt.priority
            else { continue }
            // What became ready with the start itself comes behind it, and clocks are read to the millisecond.
            guard next.readyFor > Simulation.rounding else { continue }
            // Clients take turns inside a priority, which is as old as the oldest of what they have there.
            let oldest = max(attempt.readyFor, view.oldest(of: attempt.priority, in: attempt.lane) ?? .zero)
            let own = Simulation.effective(attempt.priority, after: oldest + Simulation.rounding)
            let passedOver = Simulation.effective(next.priority, after: next.readyFor - Simulation.rounding)
            guard passedOver < own else { continue }
            report(
                "\(attempt.id), \(attempt.priority) and ready for \(attempt.readyFor), went before one that is "
                    + "\(next.priority) and ready for \(next.readyFor)"
            )
        }
    }

    private static func effective(_ priority: Priority, after wait: Duration) -> Priority {
        guard priority > .high else { return priority }
        let steps = min(Int64(priority.rawValue), max(0, wait.inMilliseconds) / 60_000)
        return max(.high, Priority(rawValue: priority.rawValue - UInt8(steps)) ?? priority)
    }
}
