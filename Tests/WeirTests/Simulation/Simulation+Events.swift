import Timekeeping
import WeirTesting

@testable import Dispatching
@testable import Weir

/// What comes next, and what comes by itself.
extension Simulation {
    /// Moves the clock to the next event. What falls on one instant happens in an order of chance.
    func nextEvent() -> Event? {
        let times: [(Event, Instant?)] = [
            (.wake, time.nextWake), (.answer, flights.map(\.arrival).min()), (.commit, agenda.commit),
            (.journalNews, agenda.journalNews), (.housekeeping, agenda.housekeeping), (.outside, agenda.outside),
        ]
        guard let first = times.compactMap(\.1).min() else { return nil }
        countWakes(at: first)
        time.advance(to: first)
        return times.filter { $0.1 == first }.map(\.0).randomElement(using: &chance)
    }

    /// A timer that asks to be woken at once, again and again, turns in circles.
    private func countWakes(at instant: Instant) {
        if instant > time.now() { agenda.eventsAtOnce = 0 }
        agenda.eventsAtOnce += 1
        if agenda.eventsAtOnce > 1000 { report("a thousand events at one instant") }
    }

    /// How long nothing comes from outside: mostly a moment, sometimes hours.
    func gap() -> Duration {
        switch roll(100) {
        case 0..<45: rollTime(.milliseconds(30))
        case 45..<80: rollTime(.milliseconds(400))
        case 80..<94: rollTime(.seconds(5))
        case 94..<98: rollTime(.seconds(hasHousekeeping ? 20 : 90))
        default: rollTime(.seconds(hasHousekeeping ? 60 : 7200))
        }
    }

    // MARK: WeChat

    /// Takes what has left Weir, and looks at it on its way out.
    func collectDepartures() {
        for departure in transport.take() {
            let flight = world.receive(departure, at: time.now(), using: &chance)
            // After a reload the answer to a request by the old settings does not count.
            let isSecond = flights.contains { $0.isTokenRequest && $0.app == flight.app && !$0.isOutdated }
            if flight.isTokenRequest, isSecond {
                report("two token requests of \(flight.app) at once")
            }
            if let recipient = flight.recipient { checkDeparture(to: recipient) }
            checkAccount(of: flight)
            flights.append(flight)
            note("leaves: \(flight.app) \(flight.request.path) \(flight.recipient ?? "")")
        }
        let cancelled = transport.takeCancelled()
        for index in flights.indices where cancelled.contains(flights[index].number) {
            flights[index].arrival = time.now()
            flights[index].result = .failure(TransportFailure(.cancelled, bytesLeft: true))
        }
        if journal.isBusy, agenda.commit == nil {
            agenda.commit = time.now() + rollTime(isDiskSlow ? .seconds(2) : .milliseconds(roll(3) * 4))
        }
    }

    func answerNext() {
        guard let index = flights.indices.min(by: { flights[$0].arrival < flights[$1].arrival }) else { return }
        let flight = flights.remove(at: index)
        note("\(flight.app) \(flight.request.path) \(flight.recipient ?? "")")
        if flight.isTooMuch { refusedApps.insert(flight.app) }
        flight.request.request.cancelSignal?.ended()
        flight.request.completion(flight.result)
    }

    // MARK: The disk

    private var isDiskSlow: Bool { step % 1000 < 60 }

    func commitNext() {
        agenda.commit = nil
        repeat { commitOne() } while roll(3) == 0
    }

    /// What a permit that comes back is worth depends on those that came back before: so each commit is looked at by itself.
    func commitOne() {
        journal.commitOne()
        checkLimiters(MachineView(dispatcher, at: time.moment()))
    }

    /// The disk fills up, or has room again; the gateway notices within a second.
    func turnJournal() {
        journal.fail(with: roll(3) == 0 ? .full("no room") : nil)
        agenda.journalNews = time.now() + rollTime(.seconds(1))
    }
}
