import Queueing
package import Resilience
package import Timekeeping
package import WeChat
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
    /// WeChat's errcode because of which it waits, where there is one.
    package var refusedWith: Int?
    /// Why no message is sent to its recipient now.
    package var suppressed: SuppressedRecipient?
    package var now: Timestamp
}

extension DispatchMachine {
    /// What is known of a message now.
    ///
    /// - Parameters:
    ///   - api: of the message's type.
    ///   - policy: its retry class.
    package func explain(
        _ record: MessageRecord,
        _ api: APIDescriptor,
        policy: RetryPolicy?,
        at now: Moment
    ) -> MessageFacts {
        var facts = MessageFacts(record: record, policy: policy, now: now.timestamp)
        facts.waiting = waiting(record.id).map { explain($0, at: now) }
        guard let app = apps[record.app] else { return facts }
        let gate = gates[GateKey(app: app, api: api)]
        facts.refusedWith = facts.waiting.flatMap { refusal($0.obstacle.reason, app, gate) }
        guard let gate else {
            facts.limit = apps[app].route.limits.limit(for: api.label)
            return facts
        }
        facts.limit = gates[gate].limit(at: now.instant)
        facts.breaker = name(gates[gate].breaker)
        return facts
    }

    /// The errcode behind what a message waits for.
    private func refusal(_ reason: Obstacle.Reason, _ app: AppPlace, _ gate: GateID?) -> Int? {
        switch reason {
        case .credentials:
            guard case .fault(let errcode) = apps[app].token else { return nil }
            return errcode
        case .account, .tokenRejected:
            let hold = [apps[app].hold, gate.flatMap { gates[$0].hold }].compactMap { $0 }.first { $0.reason == reason }
            return hold?.cause.errcode
        case .quotaExhausted, .throttled: return gate.flatMap { gates[$0].park?.cause.errcode }
        case .rateLimited, .breakerOpen, .quotaReserved, .quietHours, .noToken, .paused, .noApp, .concurrency, .journal,
            .draining,
            .scheduled,
            .turn:
            return nil
        }
    }

    private func explain(_ job: Job, at now: Moment) -> MessageFacts.Waiting {
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
