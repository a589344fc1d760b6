import PrometheusMetrics
import Queueing
import Resilience
import Timekeeping
import WeirTesting

@testable import Dispatching
@testable import Weir

/// How a run comes to its end, and what must hold then.
extension Simulation {
    /// Everything is mended. From here on nothing comes from outside: what waits must wake by itself until nothing waits any more.
    func heal() throws {
        guard violations.isEmpty else { return }
        agenda.outside = nil
        agenda.housekeeping = nil
        journal.fail(with: nil)
        agenda.journalNews = time.now()
        // Whoever left returns: what waited for them goes on.
        for (name, app) in SimulatedConfiguration.make().apps where configuration.apps[name] == nil {
            configuration.apps[name] = app
        }
        gateway.reload(configuration)
        for index in flights.indices { flights[index].isOutdated = true }
        for gate in shadows.keys { shadows[gate]?.forgetDepartures(at: time.now()) }
        refusedApps = Set(SimulatedConfiguration.apps)
        for app in SimulatedConfiguration.apps {
            world.setMood(.well, app: app)
            _ = gateway.setPaused(false, app: app)
        }
        for breaker in dispatcher.snapshot().breakers { _ = dispatcher.force(.auto, breaker: breaker.name) }
        time.settle()
        collectDepartures()
        check()
        var events = 0
        while violations.isEmpty, !isIdle {
            guard let event = nextEvent() else { break }
            try perform(event)
            events += 1
            if events > 100_000 { report("it never comes to rest") }
        }
        checkEnd()
    }

    private var isIdle: Bool {
        dispatcher.snapshot().queue.count == 0 && !journal.isBusy && flights.allSatisfy(\.isTokenRequest)
    }

    private func checkEnd() {
        guard violations.isEmpty else { return }
        checkLife()
        for id in promised where !(journal.record(id)?.state.isTerminal ?? false) {
            report("\(id) never ended: \(journal.record(id)?.state.name ?? "gone")")
        }
        for call in calls where call.ends.count != 1 { report("a call was never answered") }
        let view = MachineView(dispatcher, at: time.moment())
        if !view.attempts.isEmpty { report("slots were left over") }
        if view.breakers.values.contains(where: { $0.probesInFlight > 0 }) { report("probes were left over") }
        for line in String(decoding: gateway.registry.render(), as: UTF8.self).split(separator: "\n") {
            secrets.look(at: String(line))
        }
        for leak in secrets.takeLeaks() { report("a secret is told: \(leak)") }
        let kept = ends.filter { !returned.contains($0.key) }
        if countedEnds != kept { report("metrics say \(countedEnds), the journal \(kept)") }
    }

    /// What must have held through one life of the process.
    func checkLife() {
        for call in calls where call.ends.count > 1 { report("a call ended twice") }
        let keys = journal.model.messages.values.compactMap { $0.idempotency?.key }
        if Set(keys).count != keys.count { report("two messages are on disk under one key") }
        let view = MachineView(dispatcher, at: time.moment())
        for gate in view.gates {
            guard let shadow = shadows[gate.number] else { continue }
            let excess = gate.limit.worstExcess(of: shadow.departures.sorted())
            guard excess > 0 else { continue }
            let (name, share) = (view.name(gate.id), Double(excess) / Double(gate.limit.per.inNanoseconds))
            report("\(name.app) \(name.api) let \(share) permits too many through")
        }
    }

    /// The sum of the metrics, by app and state.
    private var countedEnds: [String: [String: Int]] {
        var counted: [String: [String: Int]] = [:]
        for line in String(decoding: gateway.registry.render(), as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("weir_messages_ended_total{") {
            let state = line.split(separator: "state=\"").last?.prefix { $0 != "\"" } ?? ""
            let app = String(line.split(separator: "app=\"").last?.prefix { $0 != "\"" } ?? "")
            let value = line.split(separator: " ").last.flatMap { Double($0) } ?? 0
            guard value > 0, !returned.contains(app) else { continue }
            counted[app, default: [:]][String(state), default: 0] += Int(value)
        }
        return counted
    }
}
