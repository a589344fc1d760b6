import Queueing
package import Resilience
import Synchronization
package import Timekeeping
import WeChat
package import WeirPorts

/// All that is known of a message at one instant: what the journal has, and what the dispatcher sees.
package struct MessageFacts: Sendable {
    /// What a message waits for now.
    package struct Waiting: Equatable, Sendable {
        /// What blocks it; `turn` when only other work is before it.
        package var obstacle: Obstacle
        /// What it has waited for since its last attempt, its acceptance or the process's start, whichever came last; longest first.
        package var waits: [Wait]
        /// Since when `waits` counts.
        package var since: Timestamp
        /// Work that waits in the same lane, this message included.
        package var inLane: Int
    }

    package var record: MessageRecord
    /// `nil` when it does not wait here.
    package var waiting: Waiting?
    /// The message's retry class as it is in force; `nil` when there is none of that name.
    package var policy: RetryPolicy?
    /// The limit of its api as it is in force; `nil` where its app is not configured.
    package var limit: RateLimit?
    /// The breaker in front of its api, as `/v1/breakers` takes it.
    package var breaker: String?
    package var now: Timestamp
}

extension Dispatcher {
    /// What is known of a message, from one look.
    package func facts(about record: MessageRecord) -> MessageFacts {
        let api = record.type.descriptor
        return state.withLock { state in
            let now = time.moment()
            var facts = MessageFacts(record: record, now: now.timestamp)
            facts.policy = state.classes.policy(record.retryClass)
            facts.waiting = state.machine.waiting(record.id).map { state.machine.facts(about: $0, at: now) }
            guard let app = state.machine.app(named: record.app) else { return facts }
            guard let index = state.machine.gateIndex(app: app, api: api) else {
                facts.limit = state.apps[app].limits.limit(for: api.label)
                return facts
            }
            facts.limit = state.machine.gates[index].bucket.limit
            facts.breaker = state.name(ofBreaker: state.machine.gates[index].breaker)
            return facts
        }
    }
}

extension DispatchMachine {
    fileprivate func facts(about job: Job, at now: Moment) -> MessageFacts.Waiting {
        let obstacle = obstacle(of: job, at: now)
        let (since, waits) = waited(job, at: now)
        return MessageFacts.Waiting(
            obstacle: obstacle,
            waits: obstacle.reason == .scheduled ? [] : waits,
            since: since,
            inLane: queue.count(in: job.lane)
        )
    }
}
