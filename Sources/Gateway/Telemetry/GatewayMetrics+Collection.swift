package import Dispatching
import PrometheusMetrics
import Queueing
import Resilience
package import Timekeeping
import WeChat
package import WeirPorts

extension GatewayMetrics {
    /// Brings the gauges up to date before a scrape.
    package func collect(_ collection: DispatchCollection, journal: JournalStatus, at now: Timestamp) {
        forgetDeparted(at: now)
        collect(promises: collection.promises, calls: collection.calls)
        let snapshot = collection.snapshot
        capacity.collect(collection.room, journal)
        relayWaiting.set(snapshot.relayedWaiting)
        upstreamInFlight.set(snapshot.inFlight)
        collectQueue(snapshot.queue)
        collect(snapshot.loads)
        collect(snapshot.breakers)
        collect(snapshot.gates)
        for app in snapshot.apps {
            retryBudget.child(app.name).set(app.retryBudget)
            if app.hasTried { appFailing.child(app.name).set(app.failingSince?.seconds ?? 0) }
        }
        let detours = snapshot.apps.filter { $0.hosts.count > 1 }
        appDetours.replace(with: detours.map { .init([$0.name], Double($0.detours)) }, others: .gone)
        withoutApp.set(snapshot.absentApps.reduce(0) { $0 + $1.messages })
        journalSize.set(Double(journal.bytes))
        journalFree.set(Double(journal.freeBytes))
        journalWritable.set(journal.failure == nil ? 1 : 0)
    }

    /// A breaker's series are its own as long as there is room; in one of its app's overflow whatever is so of one of them is 1.
    private func collect(_ breakers: [DispatchSnapshot.Breaker]) {
        let states = breakers.flatMap { breaker in
            [BreakerState.closed, .open, .halfOpen].map { state in
                GaugeFamily.Reading([breaker.name, state.label], breaker.state == state ? 1 : 0)
            }
        }
        breakerState.replace(with: states, others: .gone)
        breakerOpenSeconds.raise(
            to: breakers.filter { $0.openDuration > .zero }.map { ([$0.name], $0.openDuration.inSeconds) }
        )
    }

    private func collect(_ gates: [DispatchSnapshot.Gate]) {
        capacity.collect(gates)
        limiterAvailable.replace(
            with: gates.map { GaugeFamily.Reading([$0.app, $0.api], Double($0.available)) },
            others: .gone,
            merging: min
        )
        limiterWaits.raise(
            to: gates.filter { $0.limiterWaits > 0 }.map { ([$0.app, $0.api], Double($0.limiterWaits)) }
        )
        // A reason that has been one stays, at 0, or its average would be that of the bad times alone.
        let blocked = gates.compactMap { gate -> GaugeFamily.Reading? in
            guard let reason = gate.obstacle?.reason, reason.blocksLane, isBlocked(gate, by: reason) else { return nil }
            return GaugeFamily.Reading([gate.app, gate.api, reason.rawValue], 1)
        }
        laneBlocked.replace(with: blocked, others: .zero)
    }

    /// Whether work waits for it; of an api whose quota is used up, also while nothing waits: calls are refused then, and do not wait.
    private func isBlocked(_ gate: DispatchSnapshot.Gate, by reason: WaitReason) -> Bool {
        gate.waiting > 0 || reason == .quotaExhausted || reason == .throttled
    }

    private func collectQueue(_ queue: QueueSnapshot) {
        queueCapacity.set(queue.capacity)
        for level in queue.levels {
            let name = level.priority.name
            for (state, count) in GatewayMetrics.states(level.counts) { queueDepth.child(name, state).set(count) }
            queueOldest.child(name).set(level.oldestReady?.seconds ?? 0)
        }
    }

    package func collect(token: TokenStatus, app: String) {
        tokenExpiry.child(app).set(token.expiresAt?.seconds ?? 0)
    }

    /// Tickets come and go with those who want them.
    package func collect(_ tickets: [TicketExpiry]) {
        let readings = tickets.map { GaugeFamily.Reading([$0.app, $0.type.rawValue], $0.at.seconds) }
        ticketExpiry.replace(with: readings, others: .gone)
    }

    /// What waits for an operator. Each app has one series from the start; another reason that has been one stays, at 0.
    package func collectHolds(_ apps: [DispatchSnapshot.App], _ tokens: [(app: String, status: TokenStatus)]) {
        let paused = apps.filter(\.isPaused).map { GaugeFamily.Reading([$0.name, "paused"], 1) }
        let held = apps.filter { $0.hold != nil }.map { GaugeFamily.Reading([$0.name, "account"], 1) }
        let refused = tokens.map { app, token in
            GaugeFamily.Reading([app, "credentials"], token.fault == nil ? 0 : 1)
        }
        appHeld.replace(with: paused + held + refused, others: .zero)
    }

    /// Bytes of bodies in memory, and how many there may be.
    package func collect(pool: String, _ bytes: Int, of limit: Int) {
        capacity.collect(pool: pool, bytes, of: limit)
    }
}
