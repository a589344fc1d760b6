import Queueing
import Resilience
import Timekeeping
import WeirPorts

/// Blocked work sleeps: it costs nothing until what blocks it has changed or its time has come.
///
/// The rule: whatever changes an app, a gate or a breaker so that work may go sooner calls `changed` for it; a block that ends by
/// itself is put to sleep until then. Both only make the next look try again, so that one call too many does no harm.
extension DispatchMachine {
    /// What blocks work, and how much of it.
    struct Block: Sendable {
        enum Scope: Sendable {
            case lane
            /// The lane's work of the lower two priorities.
            case lower
            case section
            /// Of the section the messages of this priority.
            case priority(Priority)
            /// The section, until it has fewer places or more are free.
            case share
        }

        var reason: Obstacle.Reason
        var until: Instant?
        var scope: Scope
    }

    // MARK: Falling asleep

    mutating func sleep(_ lane: LaneID, _ section: Sleepers.Section, _ block: Block, at now: Instant) {
        // What lies in the past waits for something else, such as a probe's answer.
        let until = block.until.flatMap { $0 > now ? $0 : nil }
        switch block.scope {
        case .lane:
            queue.setOpen(false, lane)
            sleepers.add(.lane(lane), until: until)
            ledgers.note(block.reason, lane: lane, at: now)
            if block.reason.refusesAtOnce, !lane.isDurable { doubtful.append(lane) }
        case .lower:
            queue.setLowerOpen(false, lane)
            sleepers.add(.lower(lane), until: until)
            ledgers.note(block.reason, lower: lane, at: now)
            if block.reason.refusesAtOnce, !lane.isDurable { doubtful.append(lane) }
        case .priority(let priority):
            // It is woken with the section, when the hours are over.
            queue.setOpen(false, group: section.group, priority)
            ledgers.note(block.reason, section.group, priority, at: now)
        case .section, .share:
            close(section, block.reason, until: until, at: now)
            if block.reason.refusesAtOnce, !lane.isDurable { doubtCalls(behind: section.group.breaker) }
            if case .share = block.scope {
                let own = breakers[section.group.breaker].inFlight(isDurable: section.group.isDurable)
                sleepers.awaitShare(section, own: own)
            }
        }
    }

    private mutating func close(
        _ section: Sleepers.Section,
        _ reason: Obstacle.Reason,
        until: Instant?,
        at now: Instant
    ) {
        for priority in section.priorities {
            queue.setOpen(false, group: section.group, priority)
        }
        sleepers.add(.section(section), until: until)
        ledgers.note(reason, section: section, at: now)
    }

    // MARK: Waking

    mutating func wakeDue(at now: Instant) {
        while let sleeper = sleepers.due(at: now) {
            wake(sleeper, at: now)
        }
    }

    private mutating func wake(_ sleeper: Sleepers.Sleeper, at now: Instant) {
        sleepers.remove(sleeper)
        switch sleeper {
        case .lane(let lane):
            queue.setOpen(true, lane)
            ledgers.note(nil, lane: lane, at: now)
        case .lower(let lane):
            queue.setLowerOpen(true, lane)
            ledgers.note(nil, lower: lane, at: now)
        case .section(let section):
            for priority in section.priorities {
                queue.setOpen(true, group: section.group, priority)
                ledgers.note(nil, section.group, priority, at: now)
            }
            ledgers.note(nil, section: section, at: now)
        }
    }

    /// Places were given back: sections that have less than their share now may go on.
    mutating func wakeShares(at now: Instant) {
        for isReserved in [false, true] {
            let priority: Priority = isReserved ? .high : .normal
            while let (section, own) = sleepers.firstSharing(isReserved: isReserved),
                SlotShares.allows(own: own, taken: leases.count, of: policy.maxInFlight, priority: priority)
            {
                wake(.section(section), at: now)
            }
        }
    }

    /// Everything is looked at anew: the rules have changed, or the wall clock was stepped.
    mutating func wakeAll(at now: SteadyClock.Present) {
        lookAtQuiet(at: now)
        for gate in gates.taken { changed(gate: gate, at: now) }
        for breaker in breakers.taken { changed(breaker: breaker, at: now) }
    }

    // MARK: What changed

    /// An app was paused or resumed, its token came or went, its hold was set, renewed or lifted.
    mutating func changed(app: AppPlace, at now: SteadyClock.Present) {
        for breaker in apps[app].breakers { changed(breaker: breaker, at: now) }
    }

    /// A breaker moved, a probe of its ended, or what it stands in front of has changed.
    mutating func changed(breaker: BreakerID, at now: SteadyClock.Present) {
        var block = breakerBlock(breaker, at: now)
        if let gate = breakers[breaker].gates.first, let outer = appBlock(gate, at: now) { block = outer }
        for isDurable in [false, true] {
            let group = breaker.group(isDurable: isDurable)
            for isReserved in [false, true] {
                let section = Sleepers.Section(group: group, isReserved: isReserved)
                wake(.section(section), at: now.instant)
                // At once, so that calls that come now are told and don't wait for a place first.
                if let block { close(section, block.reason, until: block.until, at: now.instant) }
            }
        }
        doubtCalls(behind: breaker)
    }

    /// What changed may be what a breaker's calls had better be told, also of those that sleep because of something else.
    private mutating func doubtCalls(behind breaker: BreakerID) {
        let lanes = breakers[breaker].gates.map { $0.lane(isDurable: false) }
        doubtful += lanes.filter { queue.counts(in: $0).ready > 0 }
    }

    /// A gate's park or hold was set or lifted, or its limiter has got permits back.
    mutating func changed(gate: GateID, at now: SteadyClock.Present) {
        for isDurable in [false, true] {
            let lane = gate.lane(isDurable: isDurable)
            wake(.lane(lane), at: now.instant)
            wake(.lower(lane), at: now.instant)
            let section = Sleepers.Section(group: group(of: lane), .normal)
            if let block = reserveBlock(gate, isDurable: isDurable, .normal, at: now) {
                sleep(lane, section, block, at: now.instant)
            }
            guard let block = gateBlock(gate, isDurable: isDurable, at: now) else { continue }
            sleep(lane, section, block, at: now.instant)
        }
    }

    // MARK: Calls that would wait in vain

    /// Jobs that one look refuses; the next follows at once where there are more.
    static let refusalLimit = 1000

    /// Ends relayed calls that something blocks for so long that their callers are better told at once.
    mutating func refuseHopeless(at now: SteadyClock.Present, into actions: inout [DispatchAction]) {
        doubtful += queue.takeArrivals()
        var left = DispatchMachine.refusalLimit
        while left > 0, let lane = doubtful.last {
            guard let (obstacle, job) = takeHopeless(lane, at: now) else {
                doubtful.removeLast()
                continue
            }
            left -= 1
            _ = queue.finish(job.id)
            forget(job)
            actions.append(.refuse(clock.outward(job), obstacle))
        }
    }

    /// Whatever refuses at once is told, also where something that would pass by itself stands before it.
    private mutating func takeHopeless(_ lane: LaneID, at now: SteadyClock.Present) -> (Obstacle, Job)? {
        guard queue.counts(in: lane).ready > 0 else { return nil }
        if let obstacle = hopeless(lane.gate, at: now) {
            return queue.lease(from: lane, at: now.steady).map { (obstacle, $0) }
        }
        // The lower two priorities may be refused while the others go.
        for priority in Sleepers.Section.priorities(isReserved: false) {
            guard queue.counts(in: lane, of: priority).ready > 0,
                let told = told(reserveBlock(lane.gate, isDurable: false, priority, at: now), at: now)
            else { continue }
            if let job = queue.lease(from: lane, priority, at: now.steady) { return (told, job) }
        }
        return nil
    }

    private func hopeless(_ gate: GateID, at now: SteadyClock.Present) -> Obstacle? {
        if let told = told(appBlock(gate, at: now), at: now) { return told }
        if let told = told(gateBlock(gate, isDurable: false, at: now), at: now) { return told }
        // Behind a park of seconds, too: without one it is a part of the gate's block.
        if gates[gate].park != nil, let told = told(quotaBlock(gate, isDurable: false, at: now), at: now) {
            return told
        }
        return told(breakerBlock(gates[gate].breaker, at: now), at: now)
    }

    private func told(_ block: Block?, at now: SteadyClock.Present) -> Obstacle? {
        block.flatMap { $0.reason.refusesAtOnce ? obstacle($0, at: now) : nil }
    }
}
