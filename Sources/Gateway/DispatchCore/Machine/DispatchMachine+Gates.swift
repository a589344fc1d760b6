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
    func appBlock(gate index: Int, at now: SteadyClock.Present) -> Block? {
        let app = gates[index].app
        guard apps[app].isPresent else { return Block(reason: .noApp, scope: .section) }
        if apps[app].isPaused { return Block(reason: .paused, scope: .section) }
        // A user's login uses no token of the app's: what is wrong with that one is none of its business.
        guard gates[index].api.kind != .sns else { return nil }
        switch apps[app].token {
        case .ready: return block(apps[app].hold, .section, at: now)
        case .missing: return Block(reason: .noToken, scope: .section)
        case .fault: return Block(reason: .credentials, scope: .section)
        }
    }

    /// What blocks a gate's work before any permit is asked for.
    func gateBlock(_ index: Int, isDurable: Bool, at now: SteadyClock.Present) -> Block? {
        if isDurable, let block = block(gates[index].hold, .lane, at: now) { return block }
        guard let park = gates[index].park, !park.isOver(at: now) else { return nil }
        return Block(reason: park.obstacle, until: park.instant(at: now), scope: .lane)
    }

    /// Whether a lane may have no other attempt in flight, beside those of others.
    func shareBlock(gate index: Int, isDurable: Bool, _ priority: Priority) -> Block? {
        let own = inFlightByShare[share(of: gates[index].breaker, isDurable: isDurable)]
        let isAllowed = SlotShares.allows(own: own, taken: leases.count, of: policy.maxInFlight, priority: priority)
        return isAllowed ? nil : Block(reason: .concurrency, scope: .share)
    }

    /// What blocks a gate's work before any permit is asked for, the outermost thing first.
    func block(gate index: Int, isDurable: Bool, _ priority: Priority?, at now: SteadyClock.Present) -> Block? {
        if let block = appBlock(gate: index, at: now) { return block }
        if let block = gateBlock(index, isDurable: isDurable, at: now) { return block }
        return priority.flatMap { shareBlock(gate: index, isDurable: isDurable, $0) }
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
    func breakerBlock(_ index: Int, at now: SteadyClock.Present) -> Block? {
        guard let wait = breakers[index].retryAfter(at: now.instant) else { return nil }
        // One that an operator has opened stays so until they say otherwise, whatever it tells those who are refused.
        let until = breakers[index].mode == .open ? nil : now.instant + wait
        return Block(reason: .breakerOpen, until: until, scope: .section)
    }

    /// What work in `lane` waits for, if anything but its turn.
    package func obstacle(of lane: LaneID, at moment: Moment) -> Obstacle? {
        obstacle(of: lane, at: clock.present(moment))
    }

    /// A lane is judged by the best of its ready jobs: what is kept from `normal` ones may be open to it.
    func obstacle(of lane: LaneID, at now: SteadyClock.Present) -> Obstacle? {
        let priority = Priority.allCases.first { queue.counts(in: lane, of: $0).ready > 0 } ?? .normal
        return obstacle(of: lane, priority, at: now)
    }

    private func obstacle(of lane: LaneID, _ priority: Priority, at now: SteadyClock.Present) -> Obstacle? {
        let index = gate(of: lane)
        let isDurable = DispatchMachine.isDurable(lane)
        if isDurable, let reason = messageBlock(.urgent) { return Obstacle(reason) }
        if let block = block(gate: index, isDurable: isDurable, priority, at: now) { return obstacle(block, at: now) }
        if let reason = placeBlock(isDurable: isDurable, priority) { return Obstacle(reason) }
        let wait = gates[index].bucket.wait(at: now.instant)
        if wait > .zero { return Obstacle(.rateLimited, until: now.wall(at: now.instant + wait)) }
        let breaker = gates[index].breaker
        guard breakers[breaker].state != .closed else { return nil }
        return breakerBlock(breaker, at: now).map { obstacle($0, at: now) } ?? Obstacle(.breakerOpen)
    }

    /// What a waiting job waits for: its own time, what blocks its lane, or its turn.
    func obstacle(of job: Job, at moment: Moment) -> Obstacle {
        if let due = job.notBefore, due > moment.timestamp { return Obstacle(.scheduled, until: due) }
        return obstacle(of: job.lane, job.priority, at: clock.present(moment)) ?? Obstacle(.turn)
    }

    // MARK: Calls that would wait in vain

    /// Why a relayed call had better not be queued: its path is parked, or those before it in the lane take so much of the limiter's
    /// time that what is left to it is less than an attempt needs.
    func refusal(of job: Job, path: String, at moment: Moment) -> Obstacle? {
        let now = clock.present(moment)
        let index = gate(of: job.lane)
        if let obstacle = pathParks.obstacle(of: path, app: gates[index].app, at: now) { return obstacle }
        guard let deadline = job.expiresAt else { return nil }
        let end = now.instant + (deadline - moment.timestamp)
        if appBlock(gate: index, at: now) == nil, let block = gateBlock(index, isDurable: false, at: now),
            let until = block.until,
            until + neededTime(index) > end
        {
            return obstacle(block, at: now)
        }
        let wait = limiterWait(before: job, gate: index, at: now)
        guard wait > .zero else { return nil }
        let needed = neededTime(index)
        let late = wait + needed + needed / 4 - (deadline - moment.timestamp)
        return late > .zero ? Obstacle(.rateLimited, until: now.wall(at: now.instant + late)) : nil
    }

    /// How long the limiter takes to serve what goes before `job`, and then the job.
    private func limiterWait(before job: Job, gate index: Int, at now: SteadyClock.Present) -> Duration {
        let relayed = DispatchMachine.lane(ofGate: index, isDurable: false)
        let durable = DispatchMachine.lane(ofGate: index, isDurable: true)
        // Messages that can't leave take no permits.
        let messagesGo =
            placeBlock(isDurable: true, .urgent) == nil
            && block(gate: index, isDurable: true, nil, at: now) == nil
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
