package import Dispatching
import PrometheusMetrics
import Queueing
import Resilience
package import Timekeeping
package import WeirPorts

extension GatewayMetrics {
    /// Brings the gauges up to date before a scrape.
    package func collect(_ snapshot: DispatchSnapshot, journal: JournalStatus, at now: Timestamp) {
        forgetDeparted(at: now)
        relayWaiting.set(snapshot.relayedWaiting)
        upstreamInFlight.set(snapshot.inFlight)
        collectQueue(snapshot.queue)
        for breaker in snapshot.breakers {
            for state in [BreakerState.closed, .open, .halfOpen] {
                breakerState.child(breaker.name, state.label).set(breaker.state == state ? 1 : 0)
                _ = breakerTransitions.child(breaker.name, state.label)
            }
            breakerOpenSeconds.child(breaker.name).raise(to: breaker.openDuration.inSeconds)
        }
        for gate in snapshot.gates {
            limiterAvailable.child(gate.app, gate.api).set(gate.available)
            limiterWaits.child(gate.app, gate.api).raise(to: Double(gate.limiterWaits))
            for reason in GatewayMetrics.blockingReasons {
                laneBlocked.child(gate.app, gate.api, reason.rawValue)
                    .set(gate.waiting > 0 && gate.obstacle?.reason == reason ? 1 : 0)
            }
        }
        for app in snapshot.apps {
            retryBudget.child(app.name).set(app.retryBudget)
            appHeld.child(app.name, "paused").set(app.isPaused ? 1 : 0)
            appHeld.child(app.name, "account").set(app.hold == nil ? 0 : 1)
        }
        withoutApp.set(snapshot.absentApps.reduce(0) { $0 + $1.messages })
        journalSize.set(Double(journal.bytes))
        journalFree.set(Double(journal.freeBytes))
        journalWritable.set(journal.failure == nil ? 1 : 0)
    }

    private static let blockingReasons = WaitReason.allCases.filter(\.blocksLane)

    private func collectQueue(_ queue: QueueSnapshot) {
        queueCapacity.set(queue.capacity)
        for level in queue.levels {
            let name = level.priority.name
            queueDepth.child(name, "ready").set(level.counts.ready)
            queueDepth.child(name, "scheduled").set(level.counts.scheduled)
            queueDepth.child(name, "in_flight").set(level.counts.inFlight)
            queueOldest.child(name).set(level.oldestReady?.seconds ?? 0)
        }
    }

    package func collect(token: TokenStatus, app: String) {
        tokenExpiry.child(app).set(token.expiresAt?.seconds ?? 0)
        appHeld.child(app, "credentials").set(token.fault == nil ? 0 : 1)
    }
}
