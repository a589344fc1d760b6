import Queueing
import Resilience
import Timekeeping
import WeirTesting

@testable import Weir

/// What must hold after each event.
extension Simulation {
    func report(_ text: String) {
        violations.append("step \(step): \(text)")
    }

    /// An attempt's start is on disk before its first byte leaves, and there is only one at a time.
    func checkDeparture(_ id: JobID) {
        if journal.model.started[id]?.at == nil { report("\(id) left before its start was on disk") }
        if journal.record(id)?.state.isTerminal ?? true { report("\(id) left after its end") }
        if flights.contains(where: { $0.message == id }) { report("\(id) is in flight twice") }
    }

    func check() {
        world.violations.forEach(report)
        world.violations = []
        checkPromises()
        checkEnds()
        let view = MachineView(dispatcher, at: time.moment())
        checkPermits(view)
        checkWakes(view)
    }

    /// Accepted means on disk.
    private func checkPromises() {
        answers.removeAll { id, outbox in
            guard let answer = outbox.all.first else { return false }
            if outbox.count > 1 { report("\(id) was answered twice") }
            if case .success = answer {
                promised.append(id)
                if journal.record(id) == nil { report("\(id) was promised and is not on disk") }
            } else if journal.record(id) != nil {
                report("\(id) was refused and is on disk")
            }
            return true
        }
    }

    /// Every message ends once.
    private func checkEnds() {
        for id in journal.takeChanged() {
            guard let state = journal.record(id)?.state else { continue }
            if let before = ended[id] {
                if state != before { report("\(id) was \(before) and is \(state)") }
            } else if state.isTerminal {
                ended[id] = state
                ends[state.name, default: 0] += 1
            }
        }
    }

    // MARK: Permits

    /// What was taken for an attempt is used by it, or was given back.
    private func checkPermits(_ view: MachineView) {
        let onTheirWay = flights.count { !$0.isTokenRequest }
        // The start of a message that could not be accepted may still lie with the journal.
        let toCome = journal.pendingStarts
        if view.attempts.count < onTheirWay || view.attempts.count > onTheirWay + toCome {
            report("\(view.attempts.count) slots are taken by \(onTheirWay) attempts and \(toCome) to come")
        }
        if view.attempts.count > configuration.upstream.maxInFlight { report("more in flight than allowed") }
        if view.shares != view.countedShares { report("shares are \(view.countedShares) instead of \(view.shares)") }
        let durable = view.attempts.count { $0.isDurable }
        if view.countedDurable != durable { report("\(view.countedDurable) messages in flight instead of \(durable)") }
        for (breaker, probes) in view.probes.enumerated() where probes > 0 {
            let out = view.attempts.count { $0.breaker == breaker && $0.isProbe }
            if probes > out { report("breaker \(breaker) waits for \(probes) probes of \(out)") }
            if probes > 3 { report("breaker \(breaker) has more probes than allowed") }
        }
        checkLimiters(view)
    }

    private func checkLimiters(_ view: MachineView) {
        for (index, gate) in view.gates.enumerated() {
            let bucket = gate.bucket
            if bucket.available(at: view.now.instant) > bucket.limit.burst { report("\(gate.api) is over its burst") }
            if index == shadows.count { shadows.append(LimiterShadow(TokenBucket(bucket.limit, at: .zero))) }
            let attempts = view.attempts.filter { $0.gate == index }
            for attempt in attempts where flights.contains(where: { $0.message == attempt.id }) || !attempt.isDurable {
                shadows[index].left(attempt)
            }
            let missing = shadows[index].count(attempts, real: bucket, at: view.now.instant)
            if refusedApps.contains(gate.app) { continue }
            if missing > 0 {
                report("\(missing) permits of \(gate.app) \(gate.api) were not given back")
            } else if missing < 0 {
                report("\(gate.app) \(gate.api) has \(-missing) permits too many")
            }
        }
    }

    // MARK: Wake-ups

    /// Nothing waits that could go, and whoever waits for a time is woken by then.
    private func checkWakes(_ view: MachineView) {
        let now = view.now.instant
        let next = time.nextWake ?? .distantFuture
        // Wall times are whole milliseconds: what becomes free within one is woken at its end.
        guard next > now + Simulation.rounding else { return }
        for waiting in view.waiting {
            guard let obstacle = waiting.obstacle else {
                report("\(waiting.count) in \(waiting.lane) could go and wait")
                continue
            }
            guard let until = obstacle.until, until > view.now.timestamp else { continue }
            guard next > view.now.instant(of: until) + Simulation.rounding else { continue }
            report("\(waiting.lane) waits until \(until), \(obstacle.reason), and is woken \(next - now) later")
        }
        if let wake = view.nextWake, next > max(wake, now) + Simulation.rounding {
            report("the machine wants a look in \(wake - now) and gets it in \(next - now)")
        }
        guard !view.overdue.isEmpty else { return }
        let obstacles = view.waiting.map { "\($0.lane): \($0.obstacle?.reason.rawValue ?? "nothing")" }
        report("a look would find more to do: \(view.overdue), where \(obstacles) stands in the way")
    }

    static let rounding = Duration.milliseconds(2)
}
