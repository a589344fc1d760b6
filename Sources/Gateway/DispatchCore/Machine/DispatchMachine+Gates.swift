package import Queueing
import Resilience
package import Timekeeping
import WeChat
import WeirPorts

extension DispatchMachine {
    /// What keeps all work of a kind from starting, whosever it is.
    func placeBlock(isDurable: Bool, _ priority: Priority) -> Obstacle.Reason? {
        if isDurable, let reason = messageBlock(priority) { return reason }
        return leases.count >= SlotShares.open(policy.maxInFlight, to: priority) ? .concurrency : nil
    }

    /// The same for messages alone, which need their journal and leave room for relayed calls.
    private func messageBlock(_ priority: Priority) -> Obstacle.Reason? {
        if isDraining { return .draining }
        if !journalIsWritable { return .journal }
        // The reserve is a part of the messages' places, too.
        return durableInFlight >= SlotShares.open(policy.maxDurableInFlight, to: priority) ? .concurrency : nil
    }

    /// What blocks all of an app's work behind one breaker.
    func appBlock(_ gate: GateID, at now: SteadyClock.Present) -> Block? {
        let app = gates[gate].app
        guard apps[app].isPresent else { return Block(reason: .noApp, scope: .section) }
        if apps[app].isPaused { return Block(reason: .paused, scope: .section) }
        // A user's login uses no token of the app's: what is wrong with that one is none of its business.
        guard gates[gate].api.kind != .sns else { return nil }
        switch apps[app].token {
        case .ready: return block(apps[app].hold, .section, at: now)
        case .missing: return Block(reason: .noToken, scope: .section)
        case .fault: return Block(reason: .credentials, scope: .section)
        }
    }

    /// What blocks a gate's work before any permit is asked for.
    func gateBlock(_ gate: GateID, isDurable: Bool, at now: SteadyClock.Present) -> Block? {
        if isDurable, let block = block(gates[gate].hold, .lane, at: now) { return block }
        guard let park = gates[gate].park, !park.isOver(at: now) else {
            return quotaBlock(gate, isDurable: isDurable, at: now)
        }
        return Block(reason: park.obstacle, until: park.instant(at: now), scope: .lane)
    }

    /// Whether a lane may have no other attempt in flight, beside those of others.
    func shareBlock(_ gate: GateID, isDurable: Bool, _ priority: Priority) -> Block? {
        let own = breakers[gates[gate].breaker].inFlight(isDurable: isDurable)
        let isAllowed = SlotShares.allows(own: own, taken: leases.count, of: policy.maxInFlight, priority: priority)
        return isAllowed ? nil : Block(reason: .concurrency, scope: .share)
    }

    /// What blocks a gate's work before any permit is asked for, the outermost thing first.
    func block(_ gate: GateID, isDurable: Bool, _ priority: Priority?, at now: SteadyClock.Present) -> Block? {
        if let block = appBlock(gate, at: now) { return block }
        if let priority, let block = quietBlock(gate, isDurable: isDurable, priority, at: now) { return block }
        if let block = gateBlock(gate, isDurable: isDurable, at: now) { return block }
        guard let priority else { return nil }
        if let block = reserveBlock(gate, isDurable: isDurable, priority, at: now) { return block }
        return shareBlock(gate, isDurable: isDurable, priority)
    }

    private func block(_ hold: Hold?, _ scope: Block.Scope, at now: SteadyClock.Present) -> Block? {
        guard let hold, let until = hold.blocked(at: now.instant) else { return nil }
        return Block(reason: hold.reason, until: until, scope: scope)
    }

    /// As people are told: what was set for a time is told by the time of the wall clock.
    func obstacle(_ block: Block, at now: SteadyClock.Present) -> Obstacle {
        Obstacle(block.reason, until: block.until.map { now.wall(at: $0) })
    }

    /// What blocks all work behind a breaker that lets no call through at present.
    func breakerBlock(_ breaker: BreakerID, at now: SteadyClock.Present) -> Block? {
        guard breakers[breaker].circuit.state != .closed else { return nil }
        if let block = questionBlock(breaker, at: now) { return block }
        guard let wait = breakers[breaker].circuit.retryAfter(at: now.instant) else { return nil }
        // One that an operator has opened stays so until they say otherwise, whatever it tells those who are refused.
        let until = breakers[breaker].circuit.mode == .open ? nil : now.instant + wait
        return Block(reason: .breakerOpen, until: until, scope: .section)
    }

    /// What work in `lane` waits for, if anything but its turn.
    func obstacle(of lane: LaneID, at moment: Moment) -> Obstacle? {
        obstacle(of: lane, at: clock.present(moment))
    }

    /// A lane is judged by the best of its ready jobs: what is kept from `normal` ones may be open to it.
    func obstacle(of lane: LaneID, at now: SteadyClock.Present) -> Obstacle? {
        let priority = Priority.allCases.first { queue.counts(in: lane, of: $0).ready > 0 } ?? .normal
        return obstacle(of: lane, priority, at: now)
    }

    private func obstacle(of lane: LaneID, _ priority: Priority, at now: SteadyClock.Present) -> Obstacle? {
        let (gate, isDurable) = (lane.gate, lane.isDurable)
        if isDurable, let reason = messageBlock(.urgent) { return Obstacle(reason) }
        if let block = block(gate, isDurable: isDurable, priority, at: now) { return obstacle(block, at: now) }
        if let reason = placeBlock(isDurable: isDurable, priority) { return Obstacle(reason) }
        let wait = gates[gate].bucket.wait(at: now.instant)
        if wait > .zero { return Obstacle(.rateLimited, until: now.wall(at: now.instant + wait)) }
        let breaker = gates[gate].breaker
        guard breakers[breaker].circuit.state != .closed else { return nil }
        return breakerBlock(breaker, at: now).map { obstacle($0, at: now) } ?? Obstacle(.breakerOpen)
    }

    /// What a job waits for; `nil` where it does not wait.
    package func obstacle(of id: JobID, at moment: Moment) -> Obstacle? {
        waiting(id).map { obstacle(of: $0, at: moment) }
    }

    /// A job that waits: `nil` while it is in flight and when there is none.
    func waiting(_ id: JobID) -> Job? {
        leases[id] == nil ? job(id) : nil
    }

    /// What a waiting job waits for: its own time, what blocks its lane, or its turn.
    func obstacle(of job: Job, at moment: Moment) -> Obstacle {
        if let due = job.notBefore, due > moment.timestamp { return Obstacle(.scheduled, until: due) }
        return obstacle(of: job.lane, job.priority, at: clock.present(moment)) ?? Obstacle(.turn)
    }

    // MARK: Calls that would wait in vain

    /// Why a relayed call had better not be queued: its path is parked, or those before it in the lane take so much of the limiter's
    /// time that what is left to it is less than an attempt needs.
    package func refusal(of job: Job, path: String, at moment: Moment) -> Obstacle? {
        let now = clock.present(moment)
        let gate = job.lane.gate
        if let obstacle = pathParks.obstacle(of: path, app: gates[gate].app, at: now) { return obstacle }
        guard let deadline = job.expiresAt else { return nil }
        let end = now.instant + (deadline - moment.timestamp)
        if appBlock(gate, at: now) == nil, let block = gateBlock(gate, isDurable: false, at: now),
            let until = block.until, until + neededTime(gate) > end
        {
            return obstacle(block, at: now)
        }
        let wait = limiterWait(before: job, gate, at: now)
        guard wait > .zero else { return nil }
        let needed = neededTime(gate)
        let late = wait + needed + needed / 4 - (deadline - moment.timestamp)
        return late > .zero ? Obstacle(.rateLimited, until: now.wall(at: now.instant + late)) : nil
    }

    /// How long the limiter takes to serve what goes before `job`, and then the job.
    private func limiterWait(before job: Job, _ gate: GateID, at now: SteadyClock.Present) -> Duration {
        let (relayed, durable) = (gate.lane(isDurable: false), gate.lane(isDurable: true))
        // Messages that can't leave take no permits.
        let messagesGo =
            placeBlock(isDurable: true, .urgent) == nil && block(gate, isDurable: true, nil, at: now) == nil
        var ahead = 0
        for priority in Priority.allCases where priority <= job.priority {
            ahead += queue.counts(in: relayed, of: priority).ready
            guard messagesGo, priority < job.priority, reserveBlock(gate, isDurable: true, priority, at: now) == nil,
                quietBlock(gate, isDurable: true, priority, at: now) == nil
            else {
                continue
            }
            ahead += queue.counts(in: durable, of: priority).ready
        }
        let bucket = gates[gate].bucket
        let missing = ahead + 1 - bucket.available(at: now.instant)
        guard missing > 0, bucket.limit.permits > 0 else { return .zero }
        return bucket.limit.per / bucket.limit.permits * missing
    }
}
