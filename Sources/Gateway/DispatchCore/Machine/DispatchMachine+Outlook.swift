package import Queueing
import Resilience
package import Timekeeping
import WeChat
package import WeirPorts

/// When a waiting job will probably go. An estimate: what is known of its lane, and as if nothing more urgent came.
extension DispatchMachine {
    /// What a waiting job waits for, and when it will probably go; `nil` where it does not wait.
    package func outlook(of id: JobID, at moment: Moment) -> (obstacle: Obstacle, outlook: MessageOutlook)? {
        guard let job = waiting(id), let queued = queue.job(id) else { return nil }
        let (now, obstacle) = (clock.present(moment), obstacle(of: job, at: moment))
        guard obstacle.reason != .scheduled else {
            return (obstacle, MessageOutlook(position: 0, expectedAt: obstacle.until))
        }
        let turns = turns(of: queued, at: now)
        return (obstacle, MessageOutlook(position: turns.position, expectedAt: expected(job, obstacle, turns, at: now)))
    }

    private func turns(of job: Job, at now: SteadyClock.Present) -> Turns {
        let steps = max(1, Int(job.priority.rawValue) - Int(Priority.high.rawValue))
        let left = max(.zero, policy.queue.ageingStep * steps - (now.steady - job.acceptedAt))
        let pace = pace(job.lane.gate)
        let going = left.inSeconds / pace.per.inSeconds * Double(pace.permits)
        let unaged = policy.queue.ageingStep > .zero ? Int(min(1e15, going)) : Int.max
        var before = queue.older(than: job, at: now.steady)
        if let ahead = queue.aheadByShare(of: job.id) { before[Int(job.priority.rawValue)] = ahead }
        return Turns(
            job.priority,
            waiting: Priority.allCases.map { queue.counts(in: job.lane, of: $0).ready },
            older: before,
            unaged: unaged
        )
    }

    private func expected(
        _ job: Job,
        _ obstacle: Obstacle,
        _ turns: Turns,
        at now: SteadyClock.Present
    ) -> Timestamp? {
        let (gate, position) = (job.lane.gate, turns.position)
        switch obstacle.reason {
        case .scheduled, .throttled, .breakerOpen, .quietHours:
            return obstacle.until.map { $0 + pace(gate).time(for: position) }
        case .account, .tokenRejected, .credentials, .paused, .noApp, .noToken, .journal, .draining:
            return obstacle.until
        case .quotaExhausted:
            return obstacle.until.map { later(position, gate, from: $0) }
        case .rateLimited, .concurrency, .turn, .quotaReserved:
            return withinQuota(job, turns, at: now)
        }
    }

    /// As many as the quota lets go today, at the limiter's pace; others in the last hour, as the reserve shrinks, or after midnight.
    private func withinQuota(_ job: Job, _ turns: Turns, at now: SteadyClock.Present) -> Timestamp {
        let gate = job.lane.gate
        func soon(_ position: Int) -> Timestamp {
            now.wall + pace(gate).time(for: position + 1 - gates[gate].bucket.available(at: now.instant))
        }
        guard let count = gates[gate].quota, let quota = count.quota, let left = count.left(at: now.wall) else {
            return soon(turns.position)
        }
        let (midnight, isKept) = (count.reset(at: now.wall), job.isDurable || count.rule != nil)
        switch turns.day(left: left, kept: isKept ? min(left, count.reserve(at: now.wall)) : 0) {
        case .today(let position): return soon(position)
        case .whenKept(let kept):
            let share = min(1, Double(kept) / Double(max(1, quota.reserved)))
            return max(soon(turns.position), midnight + (Duration.zero - QuotaCount.shrinking * share))
        case .tomorrow(let position): return max(soon(0), later(position, gate, from: midnight))
        }
    }

    /// When a message leaves that has `position` before it from a day's beginning on: that day, or as many days later as quotas it takes.
    private func later(_ position: Int, _ gate: GateID, from midnight: Timestamp) -> Timestamp {
        guard let quota = gates[gate].quota?.quota else { return midnight + afterMidnight(position, gate) }
        let aDay = max(1, quota.limit - quota.reserved)
        let days = min(position / aDay, 1000)
        return midnight + .seconds(86_400) * days + afterMidnight(position - days * aDay, gate)
    }

    /// How long after a new day began a message leaves that has `position` before it.
    private func afterMidnight(_ position: Int, _ gate: GateID) -> Duration {
        let release = QuotaRelease.time(for: position, limit: gates[gate].bucket.limit)
        return max(release, pace(gate).time(for: position))
    }

    /// The limiter's pace, or that of the places for messages where answers take long.
    private func pace(_ gate: GateID) -> RateLimit {
        let limit = gates[gate].bucket.limit
        guard let took = gates[gate].latency.mean, took > .zero else { return limit }
        let places = RateLimit(permits: policy.maxDurableInFlight, per: took, burst: 1)
        return places.time(for: 1000) > limit.time(for: 1000) ? places : limit
    }
}

extension RateLimit {
    /// How long so many permits take to come.
    fileprivate func time(for count: Int) -> Duration { per / max(1, permits) * max(0, count) }
}
