import PrometheusMetrics
import Queueing
import Resilience
import Synchronization
import TestSupport
import Timekeeping
import WeChat
import WeirTesting

@testable import Weir

/// What must always hold.
extension Simulation {
    func report(_ text: String) {
        violations.append("step \(step): \(text)")
    }

    /// Takes what has left Weir, and looks at it on its way out.
    func collectFlights() {
        for request in transport.take() {
            guard !request.isTokenRequest else {
                if !tokenFlights.isEmpty { report("two token requests at once") }
                tokenFlights.append(request)
                tokenFlightSince = clock.now()
                continue
            }
            let flight = world.receive(request, at: clock.now(), using: &chance)
            if flight.isMessage { checkDeparture(flight) }
            flights.append(flight)
        }
        // Token requests are answered soon, so that the run is not about them alone.
        guard !tokenFlights.isEmpty, roll(3) > 0 else { return }
        let request = tokenFlights.removeFirst()
        let isLost = roll(10) == 0
        request.completion(
            isLost ? .failure(TransportFailure(.timeout, bytesLeft: true)) : .success(.token(world.tokenText))
        )
    }

    /// What took too long is over.
    func giveUpLateFlights() {
        let late = flights.filter { $0.deadline <= clock.now() }
        flights.removeAll { $0.deadline <= clock.now() }
        for flight in late { flight.request.completion(flight.lateResult) }
        guard !tokenFlights.isEmpty, let since = tokenFlightSince, clock.now() >= since + .seconds(5) else { return }
        tokenFlights.removeFirst().completion(.failure(TransportFailure(.timeout, bytesLeft: true)))
    }

    /// An attempt's start is on disk before its first byte leaves, and there is only one at a time.
    private func checkDeparture(_ flight: SimulatedWeChat.Flight) {
        guard let id = JobID(flight.id) else { return report("a request of nobody") }
        if journal.model.started[id]?.at == nil { report("\(id) left before its start was on disk") }
        if journal.record(id)?.state.isTerminal ?? true { report("\(id) left after its end") }
        if flights.contains(where: { $0.id == flight.id }) { report("\(id) is in flight twice") }
        gateway.dispatcher.state.withLock { state in
            guard let lease = state.machine.leases[id] else { return report("\(id) left without a lease") }
            starts[lease.gate, default: []].append(lease.startedAt.instant)
        }
    }

    func check() {
        world.violations.forEach(report)
        world.violations = []
        checkPromises()
        checkEnds()
        checkMachine()
        for ends in calls where ends.count > 1 { report("a call ended twice") }
    }

    /// Accepted means on disk.
    private func checkPromises() {
        answers.removeAll { id, outbox in
            guard let answer = outbox.all.first else { return false }
            if outbox.count > 1 { report("\(id) was answered twice") }
            if case .success = answer {
                promised.insert(id)
                if journal.record(id) == nil { report("\(id) was promised and is not on disk") }
            } else if journal.record(id) != nil {
                report("\(id) was refused and is on disk")
            }
            return true
        }
    }

    /// Every message ends once.
    private func checkEnds() {
        for (id, record) in journal.model.messages {
            if let before = ended[id] {
                if record.state != before { report("\(id) was \(before) and is \(record.state)") }
            } else if record.state.isTerminal {
                ended[id] = record.state
                ends[record.state.name, default: 0] += 1
            }
        }
    }

    private func checkMachine() {
        let now = gateway.time.moment()
        gateway.dispatcher.state.withLock { state in
            let machine = state.machine
            for breaker in machine.breakers where breaker.probesInFlight > 3 { report("more probes than allowed") }
            if machine.inFlight > 16 { report("more in flight than allowed") }
            for lane in machine.queue.readyLanes {
                if machine.obstacle(of: lane, at: now) == nil { report("lane \(lane.index) is ready, free, and waits") }
            }
            if let wake = machine.nextWake(at: now), wake <= now.instant { report("the next look is in the past") }
            for (gate, times) in starts {
                if DispatchLaneTests.worstExcess(times.sorted(), Simulation.limit) > 0 {
                    report("gate \(gate) let too much through")
                }
            }
        }
    }

    /// Everything is mended, and time passes until nothing waits any more.
    func heal() throws {
        world.mood = .well
        journal.fail(with: nil)
        for day in 0..<400 {
            step += 1
            _ = gateway.setPaused(false, app: "main")
            for breaker in gateway.dispatcher.snapshot().breakers {
                _ = gateway.dispatcher.force(.auto, breaker: breaker.name)
            }
            gateway.dispatcher.setJournalWritable(true)
            for _ in 0..<50 {
                journal.commit()
                collectFlights()
                while let flight = flights.popLast() { flight.request.completion(flight.result) }
                check()
                if day % 5 == 0 { advance(.milliseconds(200)) }
            }
            if gateway.dispatcher.snapshot().queue.count == 0, flights.isEmpty { break }
            advance(.seconds(day < 100 ? 61 : 3601))
        }
        journal.commit()
        check()
        for id in promised where !(journal.record(id)?.state.isTerminal ?? false) {
            report("\(id) never ended: \(journal.record(id)?.state.name ?? "gone")")
        }
        for ends in calls where ends.count != 1 { report("a call was never answered") }
        if gateway.dispatcher.snapshot().inFlight != 0 { report("leases were left over") }
        if countedEnds != ends { report("metrics say \(countedEnds), the journal \(ends)") }
    }

    /// The sum of the metrics, by state.
    private var countedEnds: [String: Int] {
        var counted: [String: Int] = [:]
        for line in String(decoding: gateway.registry.render(), as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("weir_messages_total{") {
            let state = line.split(separator: "state=\"").last?.prefix { $0 != "\"" } ?? ""
            let value = line.split(separator: " ").last.flatMap { Double($0) } ?? 0
            if value > 0 { counted[String(state), default: 0] += Int(value) }
        }
        return counted
    }
}
