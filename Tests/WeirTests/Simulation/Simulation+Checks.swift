import Queueing
import Resilience
import Timekeeping
import WeirTesting

@testable import Dispatching
@testable import Weir

/// What must hold after each event.
extension Simulation {
    func report(_ text: String) {
        violations.append("step \(step): \(text)")
    }

    /// An attempt's start is on disk before its first byte leaves, and there is only one at a time.
    func checkDeparture(to recipient: String) {
        guard let id = ids[recipient] else { return report("a message to \(recipient) left and is of nobody") }
        if journal.record(id)?.attemptAt == nil { report("\(id) left before its start was on disk") }
        if journal.record(id)?.state.isTerminal ?? true { report("\(id) left after its end") }
        if flights.contains(where: { $0.recipient == recipient }) { report("\(id) is in flight twice") }
    }

    /// Nothing leaves for an app that is not configured, or with the credentials of an account that it had before.
    func checkAccount(of flight: Flight) {
        let app = configuration.apps[flight.app]
        if app == nil { report("\(flight.app) is gone, and \(flight.request.path) left") }
        guard let appID = SimulatedWeChat.appID(of: flight.request) else { return }
        if appID != app?.appID { report("\(flight.request.path) left with the credentials of \(appID)") }
    }

    func check(after event: Event = .outside) {
        world.violations.forEach(report)
        world.violations = []
        for leak in secrets.takeLeaks() { report("a secret is told: \(leak)") }
        checkEnds()
        let view = MachineView(dispatcher, at: time.moment())
        checkPermits(view)
        // What is wrong here stays wrong until its message ends; to look at all of them costs more than all other checks.
        if step.isMultiple(of: 16) {
            checkAges(view)
            checkDoubts(view)
        }
        checkProbes(view)
        checkWakes(view)
        for violation in breakerWatch.look(at: view, isAnswer: event == .answer) { report(violation) }
        if event == .wake || event == .answer { checkOrder(view) }
    }

    /// Senders hear what became of their messages. Accepted means on disk.
    func hear() {
        unanswered.removeAll { message in
            guard let answer = message.outbox.all.first else { return false }
            switch answer {
            case .success(let reply): checkAccepted(message, as: reply)
            case .failure(let refusal):
                secrets.look(at: refusal.message)
                let isThere = journal.model.messages.values.contains { $0.recipient == message.recipient }
                if message.key == nil, isThere { report("\(message.recipient) was refused and is on disk") }
            }
            return true
        }
    }

    private func checkAccepted(_ message: SimulatedMessage, as reply: AcceptReply) {
        let id = reply.record.id
        if journal.record(id) == nil { report("\(id) was promised and is not on disk") }
        if message.isOther { report("\(id): another message was taken under a used key") }
        if let first = ids[message.recipient], first != id { report("\(id) and \(first) are under one key") }
        ids[message.recipient] = id
        promised.append(id)
    }

    /// Every message ends once.
    private func checkEnds() {
        for id in journal.takeChanged() {
            guard let state = journal.record(id)?.state else { continue }
            if let before = ended[id] {
                if state == .pending, redriven.remove(id) != nil {
                    ended[id] = nil
                } else if state != before {
                    report("\(id) was \(before) and is \(state)")
                }
            } else if state.isTerminal {
                ended[id] = state
                checkTruth(of: id, state)
                ends[journal.record(id)?.app ?? "", default: [:]][state.name, default: 0] += 1
            }
        }
    }

    /// No end but `sent` and `unknown` is told of what a phone has shown.
    private func checkTruth(of id: JobID, _ state: JobState) {
        guard state != .sent, state != .unknown, let record = journal.record(id),
            let recipient = SimulatedMessage.recipient(in: String(decoding: record.body, as: UTF8.self))
        else { return }
        if world.shown[recipient] != nil { report("\(id) is \(state) and was shown") }
    }

    /// What is in doubt waits no longer than WeChat's window, whatever it waits for.
    private func checkDoubts(_ view: MachineView) {
        for (id, age) in view.doubts where age > SimulatedWeChat.window - .seconds(60) + Simulation.rounding {
            report("\(id) is in doubt for \(age) and waits")
        }
    }

    // MARK: Ages

    /// Whatever waits for longer than it ought to is in the ledger of ages, and nothing else is.
    private func checkAges(_ view: MachineView) {
        if view.ages.ledger != view.ages.queue { report("\(view.ages.ledger) have an age, \(view.ages.queue) are due") }
        let (ledger, jobs) = view.oldest
        if ledger.keys.sorted() != jobs.keys.sorted() {
            report("\(ledger.keys.sorted()) have an oldest message instead of \(jobs.keys.sorted())")
        }
        for (key, since) in jobs {
            guard let told = ledger[key] else { continue }
            // A bucket is a sixtieth of the promise, or a part of the age.
            let width = max(.seconds(240), (view.now.timestamp - told) / 4)
            if told > since || since - told > width { report("the oldest of \(key) is of \(since), told is \(told)") }
        }
    }

    // MARK: Permits

    private func checkProbes(_ view: MachineView) {
        for attempt in view.attempts where attempt.isProbe && attempt.isAlert {
            report("\(attempt.id), an alert, is a probe")
        }
    }

    /// What was taken for an attempt is used by it, or was given back.
    private func checkPermits(_ view: MachineView) {
        let onTheirWay = flights.count { !$0.isTokenRequest }
        // The start of a message that could not be accepted may still lie with the journal.
        let toCome = journal.pendingStarts
        if view.attempts.count < onTheirWay || view.attempts.count > onTheirWay + toCome {
            report("\(view.attempts.count) slots are taken by \(onTheirWay) attempts and \(toCome) to come")
        }
        if view.attempts.count > SimulatedConfiguration.maxInFlight { report("more in flight than allowed") }
        if view.shares != view.countedShares { report("shares are \(view.countedShares) instead of \(view.shares)") }
        let durable = view.attempts.count { $0.isDurable }
        if view.countedDurable != durable { report("\(view.countedDurable) messages in flight instead of \(durable)") }
        for (breaker, probes) in view.breakers.mapValues(\.probesInFlight) where probes > 0 {
            let out = view.attempts.count { $0.breaker == breaker && $0.isProbe }
            if probes > out { report("breaker \(breaker) waits for \(probes) probes of \(out)") }
            if probes > 3 { report("breaker \(breaker) has more probes than allowed") }
        }
        checkLimiters(view)
    }

    func checkLimiters(_ view: MachineView) {
        let departed = Set(flights.compactMap { $0.recipient.flatMap { ids[$0] } })
        for gate in view.gates {
            let bucket = gate.bucket
            if bucket.available(at: view.now.instant) > bucket.limit.burst {
                report("\(view.name(gate.id).api) is over its burst")
            }
            let attempts = view.attemptsByGate[gate.number] ?? []
            // Taken out, so that it is changed and not copied.
            var shadow =
                shadows.removeValue(forKey: gate.number) ?? LimiterShadow(TokenBucket(bucket.limit, at: .zero))
            for attempt in attempts where !attempt.isDurable || departed.contains(attempt.id) {
                shadow.left(attempt)
            }
            let missing = shadow.count(attempts, real: bucket, at: view.now.instant)
            shadows[gate.number] = shadow
            guard missing != 0 else { continue }
            let name = view.name(gate.id)
            if refusedApps.contains(name.app) { continue }
            if missing > 0 {
                report("\(missing) permits of \(name.app) \(name.api) were not given back")
            } else {
                report("\(name.app) \(name.api) has \(-missing) permits too many")
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
                report("\(waiting.count) in \(view.name(waiting.id)) could go and wait")
                continue
            }
            guard let until = obstacle.until, until > view.now.timestamp else { continue }
            guard next > view.now.instant(of: until) + Simulation.rounding else { continue }
            let lane = view.name(waiting.id)
            report("\(lane) waits until \(until), \(obstacle.reason), and is woken \(next - now) later")
        }
        if let wake = view.nextWake, next > max(wake, now) + Simulation.rounding {
            report("the machine wants a look in \(wake - now) and gets it in \(next - now)")
        }
        // Whoever sleeps too long does so until somebody else wakes them: a look each eighth time finds it, and is a tenth of all cost.
        guard step.isMultiple(of: 8) else { return }
        let overdue = view.overdue
        guard !overdue.isEmpty else { return }
        let obstacles = view.waiting.map { waiting in
            "\(view.name(waiting.id)): \(waiting.obstacle?.reason.rawValue ?? "nothing")"
        }
        report("a look would find more to do: \(overdue), where \(obstacles) stands in the way")
    }

    static let rounding = Duration.milliseconds(2)
}
