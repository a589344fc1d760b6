import Queueing
import Resilience
import Timekeeping

@testable import DispatchCore

/// Sees to it that the end of an attempt from before a breaker's latest transition changes nothing about the breaker.
struct BreakerWatch {
    /// By attempt: how many transitions its breaker had made when it was first seen.
    private var phases: [MachineView.Attempt.Key: UInt64] = [:]
    /// Of the last look. The view itself is not kept: with it would be a copy of the whole machine.
    private var last: Seen?

    private struct Seen {
        var attempts: [MachineView.Attempt]
        var overdue: Set<JobID>
        var breakers: [BreakerID: CircuitBreakerMachine]
    }

    /// - Parameter isAnswer: whether one attempt's end is what has happened since the last look.
    /// - Returns: what is wrong.
    mutating func look(at view: MachineView, isAnswer: Bool) -> [String] {
        defer { remember(view) }
        guard isAnswer, let last else { return [] }
        let present = Set(view.attempts.map(\.key))
        // Whoever hangs counts before its end: that is another story.
        guard view.overdueAttempts.isSubset(of: last.overdue) else { return [] }
        return last.attempts.filter { !present.contains($0.key) && view.breakersInUse.contains($0.breaker) }
            .compactMap { ended in
                guard let before = last.breakers[ended.breaker], let after = view.breakers[ended.breaker],
                    let phase = phases[ended.key], phase < before.transitions
                else { return nil }
                let isMoved = before.state == .halfOpen && after.state != .halfOpen
                let isCounted =
                    before.state == after.state
                    && after.counts(at: view.now.instant)
                        != before.counts(at: view.now.instant)
                guard isMoved || isCounted else { return nil }
                return "the end of \(ended.id), from before a transition, counts for breaker \(ended.breaker)"
            }
    }

    private mutating func remember(_ view: MachineView) {
        last = Seen(attempts: view.attempts, overdue: view.overdueAttempts, breakers: view.breakers)
        phases = Dictionary(
            uniqueKeysWithValues: view.attempts.map { attempt in
                (attempt.key, phases[attempt.key] ?? view.breakers[attempt.breaker]?.transitions ?? 0)
            }
        )
    }
}
