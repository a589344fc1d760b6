public import Timekeeping

extension QueueMachine {
    /// Whether a durable job of this priority would be let in now.
    public func hasRoom(for priority: Priority) -> Bool {
        refusal(for: priority) == nil
    }

    /// Lets a new job in. A job that is not durable is never refused for lack of room: its owner bounds those.
    ///
    /// One whose `expiresAt` has passed already is let in, too, and comes out of the next `advance`.
    public mutating func admit(_ job: Job, at now: Timestamp) -> Admission {
        settle(at: now)
        if isKnown(job.id) { return .refused(.duplicate) }
        if job.isDurable, let refusal = refusal(for: job.priority) { return .refused(refusal) }
        return insert(job, readySince: now, at: now)
    }

    /// Lets a job back in that the journal kept over a restart: as `admit`, but never refused for lack of room, and a ready one
    /// has waited since it was accepted, or since its `notBefore`. Hand them in oldest first.
    @discardableResult
    public mutating func restore(_ job: Job, at now: Timestamp) -> Admission {
        settle(at: now)
        if isKnown(job.id) { return .refused(.duplicate) }
        return insert(job, readySince: max(job.acceptedAt, job.notBefore ?? job.acceptedAt), at: now)
    }

    /// Forgets a waiting job, wherever in its lane it stands.
    public mutating func cancel(_ id: JobID) -> Cancellation {
        guard let slot = index.slot(of: id, in: slots) else { return .unknown }
        if slots[Int(slot)].state == .inFlight { return .inFlight }
        withdraw(slot)
        return .removed(release(slot))
    }

    /// Gives a waiting job another time; without one, or with one that has come, it is ready and goes to the end of its level.
    ///
    /// - Returns: `false` when no such job waits.
    public mutating func reschedule(_ id: JobID, notBefore: Timestamp?, at now: Timestamp) -> Bool {
        settle(at: now)
        guard let slot = index.slot(of: id, in: slots), slots[Int(slot)].state != .inFlight else { return false }
        withdraw(slot)
        slots[Int(slot)].job.notBefore = notBefore
        place(slot, readySince: now, at: now)
        return true
    }

    mutating func insert(_ job: Job, readySince: Timestamp, at now: Timestamp) -> Admission {
        let slot = occupy(job)
        place(slot, readySince: readySince, at: now)
        guard slots[Int(slot)].state == .scheduled, let due = job.notBefore else { return .ready }
        return .scheduled(until: due)
    }

    /// One that has expired counts until the owner has been told, who would take that for the end of its successor.
    private func isKnown(_ id: JobID) -> Bool {
        index.slot(of: id, in: slots) != nil || !lapsedIDs.isEmpty && lapsedIDs.contains(id)
    }

    private func refusal(for priority: Priority) -> Refusal? {
        if durableCount >= policy.capacity { return .full(capacity: policy.capacity) }
        return priority > .high && durableCount >= policy.openCapacity ? .reserved : nil
    }
}

/// What became of a wish to cancel.
public enum Cancellation: Equatable, Sendable {
    /// It waited and is gone.
    case removed(Job)
    /// Too late: an attempt is in flight, and the job stays.
    case inFlight
    /// No such job.
    case unknown
}
