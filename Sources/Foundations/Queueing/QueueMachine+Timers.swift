public import Timekeeping

extension QueueMachine {
    /// When `advance` has something to do: the earliest time at which a waiting job becomes due or expires.
    public var nextTimer: Timestamp? {
        let timer = timers.first.map { Timestamp(milliseconds: $0.key) }
        guard let lapse = lapsed.first?.expiresAt else { return timer }
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
        var left = limit
        while left > 0, let timer = timers.first, timer.key <= now.milliseconds {
            left -= 1
            let job = slots[Int(timer.slot)].job
            guard let expiry = job.expiresAt, expiry <= now else {
                ripen(timer.slot)
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
        guard let expiry = slots[Int(slot)].job.expiresAt else { return false }
        return expiry <= now
    }

    mutating func lapse(_ slot: Int32) {
        withdraw(slot)
        let job = release(slot)
        lapsed.append(job)
        lapsedIDs.insert(job.id)
    }

    /// A scheduled job's time has come.
    private mutating func ripen(_ slot: Int32) {
        let job = slots[Int(slot)].job
        count(slot) { $0.scheduled -= 1 }
        if let expiry = job.expiresAt {
            timers.set(slot, key: expiry.milliseconds, tie: job.id.rawValue)
        } else {
            timers.remove(slot)
        }
        makeReady(slot, since: job.notBefore ?? job.acceptedAt, front: false)
        readied += 1
    }
}
