public import Timekeeping

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
                if let expiresAt {
                    timers.set(Int32(slot), key: expiresAt.milliseconds, tie: entry.job.id.rawValue)
                } else {
                    timers.remove(Int32(slot))
                }
                continue
            }
            withdraw(Int32(slot))
            slots[slot].job.notBefore = notBefore
            slots[slot].job.expiresAt = expiresAt
            let since = entry.state == .ready ? clock.wall(entry.readySince) : now
            place(Int32(slot), readySince: since, at: now, front: entry.state == .ready)
        }
    }
}
