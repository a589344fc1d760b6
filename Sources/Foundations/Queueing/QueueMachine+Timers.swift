public import Timekeeping

extension QueueMachine {
    /// When `advance` has something to do: the earliest time at which a waiting job becomes due or expires.
    public var nextTimer: Timestamp? {
        let timer = timers.first.map { Timestamp(milliseconds: $0.key) }
        guard let lapse = lapsed.first.flatMap(end) else { return timer }
        return timer.map { min($0, lapse) } ?? lapse
    }

    /// Lets time pass: due jobs become ready, and jobs that expired while they waited leave. A job whose due time
    /// and expiry have both come has expired.
    ///
    /// - Parameter limit: timers to handle in this call. While there are more, `nextTimer` is not after `now`; an owner that holds
    ///   a lock lets go of it in between.
    public mutating func advance(to now: Timestamp, limit: Int = .max) -> Advance {
        settle(at: now, limit: limit)
        defer {
            lapsed.removeAll()
            lapsedIDs.removeAll()
            readied = 0
        }
        return Advance(expired: lapsed, readied: readied)
    }

    mutating func settle(at now: Timestamp, limit: Int = QueueMachine.timersPerInput) {
        clock.observe(now)
        present = now
        var left = limit
        while left > 0, let timer = timers.first, timer.key <= now.milliseconds {
            left -= 1
            let job = slots[Int(timer.slot)].job
            guard let expiry = end(of: job), expiry <= now else {
                ripen(timer.slot, at: now)
                continue
            }
            if timer.key < expiry.milliseconds {
                // Due as well: it leaves in the order of its expiry.
                timers.set(timer.slot, key: expiry.milliseconds, tie: job.id.rawValue)
            } else {
                lapse(timer.slot)
            }
        }
    }

    func hasExpired(_ slot: Int32, at now: Timestamp) -> Bool {
        guard let expiry = end(of: slots[Int(slot)].job) else { return false }
        return expiry <= now
    }

    /// Sets how long after their first attempts a lane's bounded jobs may wait; `nil` takes the bound away. To be set while none waits in
    /// it, as their timers stay what they are.
    public mutating func setBound(_ bound: Duration?, of lane: LaneID) {
        addLane(lane)
        lanes[lane.index].bound = bound
    }

    /// When a job that waits leaves: at its expiry, or as soon after its first attempt as its lane lets a bounded one wait.
    func end(of job: Job) -> Timestamp? {
        guard job.isBounded, let first = job.firstAttemptAt, job.lane.index < lanes.count,
            let bound = lanes[job.lane.index].bound
        else { return job.expiresAt }
        let end = first + bound
        return job.expiresAt.map { min($0, end) } ?? end
    }

    mutating func lapse(_ slot: Int32) {
        withdraw(slot)
        let job = release(slot, as: .broken, at: present)
        lapsed.append(job)
        lapsedIDs.insert(job.id)
    }

    /// A scheduled job's time has come.
    private mutating func ripen(_ slot: Int32, at now: Timestamp) {
        let job = slots[Int(slot)].job
        countScheduled(slot, by: -1)
        if let expiry = end(of: job) {
            timers.set(slot, key: expiry.milliseconds, tie: job.id.rawValue)
        } else {
            timers.remove(slot)
        }
        makeReady(slot, since: job.notBefore ?? job.acceptedAt, front: false, at: now)
        readied += 1
    }
}

extension QueueMachine {
    /// Gives jobs other times, after the owner's clock was set. Costs a look at every job.
    ///
    /// - Parameter times: the new `notBefore` and `expiresAt` of a job; `nil` where they stay. What is in flight keeps its
    ///   `notBefore`.
    public mutating func retime(
        at now: Timestamp,
        _ times: (Job) -> (notBefore: Timestamp?, expiresAt: Timestamp?)?
    ) {
        for slot in slots.indices {
            let entry = slots[slot]
            guard entry.state != .free, let (notBefore, expiresAt) = times(entry.job) else { continue }
            guard notBefore != entry.job.notBefore || expiresAt != entry.job.expiresAt else { continue }
            if entry.state == .inFlight {
                slots[slot].job.expiresAt = expiresAt
                continue
            }
            if entry.state == .ready, notBefore.map({ $0 <= now }) ?? true {
                // It keeps its place: to find it again would cost a look at all before it.
                slots[slot].job.notBefore = notBefore
                slots[slot].job.expiresAt = expiresAt
                if let end = end(of: slots[slot].job) {
                    timers.set(Int32(slot), key: end.milliseconds, tie: entry.job.id.rawValue)
                } else {
                    timers.remove(Int32(slot))
                }
                continue
            }
            withdraw(Int32(slot))
            if entry.state == .ready, entry.job.startedAttempts == 0 { age(Int32(slot), as: .withdrawn, at: now) }
            slots[slot].job.notBefore = notBefore
            slots[slot].job.expiresAt = expiresAt
            let since = entry.state == .ready ? clock.wall(entry.readySince) : now
            place(Int32(slot), readySince: since, at: now, front: entry.state == .ready)
        }
    }
}

/// What the passing of time did.
public struct Advance: Equatable, Sendable {
    /// Jobs whose `expiresAt`, or the bound of their lane, passed while they waited, earliest first. They are gone.
    public var expired: [Job]
    /// Scheduled jobs that became ready since the last `advance`.
    public var readied: Int

    /// By default nothing has happened.
    public init(expired: [Job] = [], readied: Int = 0) {
        self.expired = expired
        self.readied = readied
    }
}
