public import Queueing
public import Resilience
public import Timekeeping
import WeChat

extension DispatchMachine {
    /// A waiting job is taken out; one in flight is not.
    public mutating func cancel(_ id: JobID) -> Cancellation {
        let result = queue.cancel(id)
        if case .removed = result { memory.forget(id) }
        return result
    }

    /// The attempt in flight is the job's last: nobody waits for another.
    mutating func makeLast(_ id: JobID, at now: Timestamp) {
        leases[id]?.job.expiresAt = now
    }

    public func job(_ id: JobID) -> Job? {
        queue.job(id)
    }

    /// A job that waits: `nil` while it is in flight and when there is none.
    func waiting(_ id: JobID) -> Job? {
        leases[id] == nil ? queue.job(id) : nil
    }

    /// What a waiting job waits for: its own time, what blocks its lane, or its turn.
    func obstacle(of job: Job, at now: Moment) -> Obstacle {
        if let due = job.notBefore, due > now.timestamp { return Obstacle(.scheduled, until: due) }
        return obstacle(of: job.lane, at: now) ?? Obstacle(.turn)
    }

    /// The token keeper's word about an app.
    mutating func setToken(_ state: AppGate.TokenState, app: Int) {
        apps[app].token = state
    }

    public mutating func setPaused(_ isPaused: Bool, app: Int) {
        apps[app].isPaused = isPaused
        // An operator who resumes an app has acted, or cleared the quota: what was held or parked goes at once.
        guard !isPaused else { return }
        apps[app].hold = nil
        for index in gates.indices where gates[index].app == app {
            gates[index].hold = nil
            gates[index].park = nil
        }
    }

    public mutating func force(_ mode: BreakerMode, breaker: Int, at now: Instant) -> BreakerTransition? {
        breakers[breaker].force(mode, at: now)
    }

    /// Takes over new limits and rules; what waits, what is in flight and what was spent stay as they are.
    public mutating func update(_ policy: DispatchPolicy, at now: Instant, limit: (Int, String) -> RateLimit?) {
        self.policy = policy
        queue.update(policy.queue)
        for index in breakers.indices { breakers[index].update(policy.breaker, at: now) }
        for index in apps.indices { apps[index].budget.update(policy.budget, at: now) }
        for index in gates.indices {
            guard let limit = limit(gates[index].app, gates[index].api.label) else { continue }
            if limit != gates[index].bucket.limit { gates[index].bucket.update(limit, at: now) }
        }
    }

    /// Brings back a job of an earlier process.
    public mutating func restore(_ job: Job, at now: Timestamp) {
        queue.restore(job, at: now)
    }
}
