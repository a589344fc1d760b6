public import Queueing
import Resilience
public import Timekeeping
import WeChat

extension DispatchMachine {
    /// What is closed before any permit is asked for.
    func closedGate(_ index: Int, isDurable: Bool, at now: SteadyClock.Present) -> Obstacle? {
        let gate = gates[index]
        let app = apps[gate.app]
        if isDurable {
            if isDraining { return Obstacle(.draining) }
            if !journalIsWritable { return Obstacle(.journal) }
            if durableInFlight >= policy.maxDurableInFlight { return Obstacle(.concurrency) }
        }
        if app.isPaused { return Obstacle(.paused) }
        // A user's login uses no token of the app's: what is wrong with that one is none of its business.
        if gate.api.kind != .sns {
            switch app.token {
            case .ready: break
            case .missing: return Obstacle(.noToken)
            case .fault: return Obstacle(.credentials)
            }
            if let obstacle = obstacle(app.hold, at: now) { return obstacle }
        }
        if isDurable, let obstacle = obstacle(gate.hold, at: now) { return obstacle }
        if let park = gate.park, !park.isOver(at: now) { return park.obstacle(at: now) }
        return leases.count >= policy.maxInFlight ? Obstacle(.concurrency) : nil
    }

    private func obstacle(_ hold: Hold?, at now: SteadyClock.Present) -> Obstacle? {
        guard let hold, hold.blocks(at: now.instant) else { return nil }
        return Obstacle(hold.reason, until: now.wall(at: hold.until))
    }

    /// Whether a lane may have another attempt in flight, beside those of others.
    func hasSlot(_ index: Int, isDurable: Bool, priority: Priority) -> Bool {
        let cap = policy.maxDurableInFlight
        // The reserve is a part of the messages' places, too.
        if isDurable, priority > .high, durableInFlight >= cap - cap / SlotShares.reserve { return false }
        return SlotShares.allows(
            own: inFlightByShare[share(of: gates[index].breaker, isDurable: isDurable)],
            taken: leases.count,
            of: policy.maxInFlight,
            priority: priority
        )
    }

    func openBreaker(_ index: Int, at now: SteadyClock.Present) -> Obstacle {
        // One that an operator has opened stays so until they say otherwise, whatever it tells those who are refused.
        guard breakers[index].mode != .open else { return Obstacle(.breakerOpen) }
        let wait = breakers[index].retryAfter(at: now.instant)
        return Obstacle(.breakerOpen, until: wait.map { now.wall(at: now.instant + $0) })
    }

    /// What work in `lane` waits for, if anything but its turn.
    public func obstacle(of lane: LaneID, at moment: Moment) -> Obstacle? {
        obstacle(of: lane, at: clock.present(moment))
    }

    func obstacle(of lane: LaneID, at now: SteadyClock.Present) -> Obstacle? {
        let index = gate(of: lane)
        let isDurable = DispatchMachine.isDurable(lane)
        if let obstacle = closedGate(index, isDurable: isDurable, at: now) { return obstacle }
        if !hasSlot(index, isDurable: isDurable, priority: .normal) { return Obstacle(.concurrency) }
        let wait = gates[index].bucket.wait(at: now.instant)
        if wait > .zero { return Obstacle(.rateLimited, until: now.wall(at: now.instant + wait)) }
        let breaker = gates[index].breaker
        return breakers[breaker].state == .closed ? nil : openBreaker(breaker, at: now)
    }

    /// What a waiting job waits for: its own time, what blocks its lane, or its turn.
    func obstacle(of job: Job, at moment: Moment) -> Obstacle {
        if let due = job.notBefore, due > moment.timestamp { return Obstacle(.scheduled, until: due) }
        return obstacle(of: job.lane, at: moment) ?? Obstacle(.turn)
    }

    // MARK: Calls that would wait in vain

    /// Why a relayed call had better not be queued: its path is parked, or those before it in the lane take so much of the limiter's
    /// time that what is left to it is less than an attempt needs.
    func refusal(of job: Job, path: String, at moment: Moment) -> Obstacle? {
        let now = clock.present(moment)
        let index = gate(of: job.lane)
        if let obstacle = pathParks.obstacle(of: path, app: gates[index].app, at: now) { return obstacle }
        guard let deadline = job.expiresAt else { return nil }
        let wait = limiterWait(before: job, gate: index, at: now)
        guard wait > .zero else { return nil }
        let needed = neededTime(index)
        let late = wait + needed + needed / 4 - (deadline - moment.timestamp)
        return late > .zero ? Obstacle(.rateLimited, until: now.wall(at: now.instant + late)) : nil
    }

    /// How long the limiter takes to serve what goes before `job`, and then the job.
    private func limiterWait(before job: Job, gate index: Int, at now: SteadyClock.Present) -> Duration {
        let (relayed, durable) = (LaneID(index: index * 2), LaneID(index: index * 2 + 1))
        // Messages that can't leave take no permits.
        let messagesGo = closedGate(index, isDurable: true, at: now) == nil
        var ahead = 0
        for priority in Priority.allCases where priority <= job.priority {
            ahead += queue.counts(in: relayed, of: priority).ready
            if messagesGo, priority < job.priority { ahead += queue.counts(in: durable, of: priority).ready }
        }
        let bucket = gates[index].bucket
        let missing = ahead + 1 - bucket.available(at: now.instant)
        guard missing > 0, bucket.limit.permits > 0 else { return .zero }
        return bucket.limit.per / bucket.limit.permits * missing
    }
}
