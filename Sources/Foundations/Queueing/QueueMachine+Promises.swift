public import Timekeeping

/// How long jobs have been due, and whether they were done in time.
extension QueueMachine {
    /// Since when the oldest of a lane's jobs of a priority has been due, in flight or not, whose age is anybody's concern. Where
    /// several became due at about the same time, up to a sixtieth of the promised time too early, of old ones an eighth of their age.
    public func oldestDue(in lane: LaneID, of priority: Priority) -> Timestamp? {
        let level = QueueMachine.level(lane, priority)
        guard level < levels.count else { return nil }
        return levels[level].ages.oldest.map(Timestamp.init(milliseconds:))
    }

    /// How many of a lane's jobs of a priority are due and not done, in flight or not, whose age is anybody's concern.
    public func dueCount(in lane: LaneID, of priority: Priority) -> Int {
        let level = QueueMachine.level(lane, priority)
        return level < levels.count ? levels[level].ages.count : 0
    }

    /// About how many jobs of each priority in a job's lane have been due for longer than it.
    public func older(than job: Job, at now: Timestamp) -> [Int] {
        guard job.lane.index < lanes.count else { return Priority.allCases.map { _ in 0 } }
        return Priority.allCases.map { priority in
            levels[QueueMachine.level(job.lane, priority)].ages
                .count(before: job.acceptedAt.milliseconds, at: now.milliseconds)
        }
    }

    /// About how many jobs of a ready job's lane and priority go before it; `nil` where it shares those with nobody, and goes by age.
    public func aheadByShare(of id: JobID) -> Int? {
        guard let slot = index.slot(of: id, in: slots), slots[Int(slot)].state == .ready else { return nil }
        let entry = slots[Int(slot)]
        return levels[QueueMachine.level(entry.job.lane, entry.job.priority)].line.ahead(
            of: entry,
            slots,
            policy.weights
        )
    }

    /// What promises were kept and broken since this was asked last, up to `now`. Costs a look at each lane.
    public mutating func takePromises(at now: Timestamp) -> [PromiseReport] {
        var reports: [PromiseReport] = []
        for level in levels.indices {
            let priority = Priority.allCases[level % Priority.allCases.count]
            levels[level].ages.advance(limit: promised[Int(priority.rawValue)], to: now.milliseconds)
            let tally = levels[level].ages.takeTally()
            guard tally != PromiseTally() else { continue }
            let lane = LaneID(index: level / Priority.allCases.count)
            reports.append(PromiseReport(lane: lane, priority: priority, tally: tally))
        }
        return reports
    }

    /// All that an earlier process had is here.
    ///
    /// - Parameter lastSeen: when it was certainly still there. What was broken by then was counted by it.
    public mutating func endRestore(lastSeen: Timestamp) {
        for level in levels.indices {
            let limit = promised[level % Priority.allCases.count]
            levels[level].ages.settle(limit: limit, lastSeen: lastSeen.milliseconds)
        }
    }

    /// What is due of a lane's priority, and not late yet, can't be late any more: its owner holds it back on purpose. Jobs that become due
    /// later are promised as always.
    public mutating func excuse(in lane: LaneID, of priority: Priority) {
        guard lane.index < lanes.count else { return }
        levels[QueueMachine.level(lane, priority)].ages.excuse()
    }

    /// A promise was broken of which no job is here.
    public mutating func countBroken(in lane: LaneID, of priority: Priority) {
        addLane(lane)
        levels[QueueMachine.level(lane, priority)].ages.countBroken()
    }

    /// The lane is given to another owner: what was counted of it is forgotten.
    public mutating func forgetPromises(of lane: LaneID) {
        guard lane.index < lanes.count else { return }
        for priority in Priority.allCases { _ = levels[QueueMachine.level(lane, priority)].ages.takeTally() }
    }

    // MARK: Jobs

    /// A job's own time has come: from now on it is as old as that.
    mutating func becomeDue(_ slot: Int32, at now: Timestamp) {
        guard !slots[Int(slot)].isDue else { return }
        slots[Int(slot)].isDue = true
        let job = slots[Int(slot)].job
        guard job.promise != .none else { return }
        if job.startedAttempts == 0, let due = job.notBefore, due > job.acceptedAt {
            slots[Int(slot)].job.acceptedAt = due
        }
        levels[QueueMachine.level(job.lane, job.priority)].ages
            .add(
                slots[Int(slot)].job.acceptedAt.milliseconds,
                job.promise,
                limit: promised[Int(job.priority.rawValue)],
                at: now.milliseconds,
                isInherited: isInheriting
            )
    }

    /// A job leaves, or is not due any more.
    mutating func age(_ slot: Int32, as end: PromiseEnd, at now: Timestamp) {
        guard slots[Int(slot)].isDue else { return }
        slots[Int(slot)].isDue = false
        let job = slots[Int(slot)].job
        guard job.promise != .none else { return }
        levels[QueueMachine.level(job.lane, job.priority)].ages
            .remove(
                job.acceptedAt.milliseconds,
                job.promise,
                as: end,
                limit: promised[Int(job.priority.rawValue)],
                at: now.milliseconds
            )
    }
}

/// Promises of a lane and priority that were kept or broken.
public struct PromiseReport: Equatable, Sendable {
    /// The lane whose jobs they were.
    public var lane: LaneID
    /// The jobs' priority.
    public var priority: Priority
    /// How many.
    public var tally: PromiseTally

    /// Checks nothing.
    public init(lane: LaneID, priority: Priority, tally: PromiseTally) {
        self.lane = lane
        self.priority = priority
        self.tally = tally
    }
}
