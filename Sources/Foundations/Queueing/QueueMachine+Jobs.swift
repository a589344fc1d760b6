public import Timekeeping

/// How jobs come in.
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
    ///
    /// - Parameter isInherited: whether it was another process that had it: `endRestore` then tells which promises were broken in its
    ///   days.
    @discardableResult
    public mutating func restore(_ job: Job, isInherited: Bool = false, at now: Timestamp) -> Admission {
        settle(at: now)
        if isKnown(job.id) { return .refused(.duplicate) }
        isInheriting = isInherited
        defer { isInheriting = false }
        return insert(job, readySince: max(job.acceptedAt, job.notBefore ?? job.acceptedAt), at: now)
    }

    /// Forgets a waiting job, wherever in its lane it stands.
    public mutating func cancel(_ id: JobID) -> Cancellation {
        guard let slot = index.slot(of: id, in: slots) else { return .unknown }
        if slots[Int(slot)].state == .inFlight { return .inFlight }
        withdraw(slot)
        return .removed(release(slot, as: .void, at: present))
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

/// How jobs leave, and come back.
extension QueueMachine {
    /// Which job of the lane `lease` would give; `nil` when none is ready. Looks at four jobs at most.
    public func head(of lane: LaneID, at now: Timestamp) -> Head? {
        best(of: lane, at: now)?.head
    }

    /// The lane's job of a priority whose turn it is, and what that goes by; `nil` where none is ready.
    public func next(in lane: LaneID, of priority: Priority, at now: Timestamp) -> (job: Job, head: Head)? {
        let level = QueueMachine.level(lane, priority)
        guard level < levels.count, let head = head(ofLevel: level, priority, at: now) else { return nil }
        return (slots[Int(levels[level].line.next)].job, head)
    }

    func head(ofLevel level: Int, _ priority: Priority, at now: Timestamp) -> Head? {
        guard let oldest = levels[level].line.oldest else { return nil }
        let slot = slots[Int(levels[level].line.next)]
        return Head(
            effectivePriority: ageing.effective(
                priority,
                waited: clock.present(at: now).saturatingSubtract(oldest.since)
            ),
            levelSince: clock.wall(oldest.since),
            readySince: clock.wall(slot.readySince),
            id: slot.job.id
        )
    }

    /// Takes the lane's best ready job: the highest priority with ageing, then the longest wait. It is in flight from now on.
    ///
    /// Never an expired one. `nil` when none is ready, or when more jobs than an input may handle expired at once: then
    /// `nextTimer` has come, and after `advance` there is an answer.
    public mutating func lease(from lane: LaneID, at now: Timestamp) -> Job? {
        settle(at: now)
        for _ in 0..<QueueMachine.timersPerInput {
            guard let level = best(of: lane, at: now)?.level else { return nil }
            if let job = takeNext(of: level, at: now) { return job }
        }
        return nil
    }

    /// - Returns: `nil` where it had expired, and is gone.
    private mutating func takeNext(of level: Int, at now: Timestamp) -> Job? {
        let slot = levels[level].line.next
        guard !hasExpired(slot, at: now) else {
            lapse(slot)
            return nil
        }
        take(slot)
        return slots[Int(slot)].job
    }

    /// Takes the lane's first ready job of this priority. It is in flight from now on.
    ///
    /// - Returns: `nil` as `lease(from:at:)`.
    public mutating func lease(from lane: LaneID, _ priority: Priority, at now: Timestamp) -> Job? {
        settle(at: now)
        let level = QueueMachine.level(lane, priority)
        for _ in 0..<QueueMachine.timersPerInput {
            guard level < levels.count, !levels[level].line.isEmpty else { return nil }
            if let job = takeNext(of: level, at: now) { return job }
        }
        return nil
    }

    /// Notes that a request for a job in flight starts: `startedAttempts` grows, and the first sets `firstAttemptAt`.
    ///
    /// - Returns: the job as it is now; `nil` when no such job is in flight.
    @discardableResult
    public mutating func start(_ id: JobID, at now: Timestamp) -> Job? {
        guard let slot = leased(id) else { return nil }
        slots[Int(slot)].job.countStart(at: now)
        return slots[Int(slot)].job
    }

    /// Puts a job in flight back to wait until `notBefore`, or for its turn.
    ///
    /// - Parameters:
    ///   - front: whether a job that is ready again goes back to its place at the head of its level and keeps its age: for what
    ///     did not leave, or is to be repeated at once. Otherwise it goes to the end.
    ///   - hasGone: whether it went, so that its share has had a turn.
    ///   - update: changes to the job; its id, durability, promise and age stay what they were.
    /// - Returns: `false` when no such job is in flight.
    @discardableResult
    public mutating func requeue(
        _ id: JobID,
        notBefore: Timestamp?,
        front: Bool = false,
        hasGone: Bool = true,
        at now: Timestamp,
        update: (inout Job) -> Void = { _ in }
    ) -> Bool {
        settle(at: now)
        guard let slot = leased(id) else { return false }
        let before = slots[Int(slot)].job
        count(slot) { $0.inFlight -= 1 }
        update(&slots[Int(slot)].job)
        slots[Int(slot)].job.id = id
        slots[Int(slot)].job.isDurable = before.isDurable
        slots[Int(slot)].job.promise = before.promise
        slots[Int(slot)].job.acceptedAt = before.acceptedAt
        slots[Int(slot)].job.notBefore = notBefore
        let since = front ? clock.wall(slots[Int(slot)].readySince) : now
        place(slot, readySince: since, at: now, front: front)
        if !hasGone {
            levels[QueueMachine.level(before.lane, before.priority)].line.giveBackTurn(of: before.share, policy.weights)
        }
        return true
    }

    /// Ends a job in flight: it is gone.
    ///
    /// - Parameters:
    ///   - end: what that means for its promise.
    ///   - now: unless told, the time that was told last.
    /// - Returns: `nil` when no such job is in flight.
    @discardableResult
    public mutating func finish(_ id: JobID, as end: PromiseEnd = .void, at now: Timestamp? = nil) -> Job? {
        guard let slot = leased(id) else { return nil }
        count(slot) { $0.inFlight -= 1 }
        return release(slot, as: end, at: now ?? present)
    }

    private func leased(_ id: JobID) -> Int32? {
        guard let slot = index.slot(of: id, in: slots), slots[Int(slot)].state == .inFlight else { return nil }
        return slot
    }

    private func best(of lane: LaneID, at now: Timestamp) -> (level: Int, head: Head)? {
        guard lane.index < lanes.count, lanes[lane.index].ready > 0 else { return nil }
        var best: (level: Int, head: Head)?
        for priority in Priority.allCases {
            let level = QueueMachine.level(lane, priority)
            guard let head = head(ofLevel: level, priority, at: now) else { continue }
            if let best, best.head.isNotAfter(head) { continue }
            best = (level, head)
        }
        return best
    }
}

/// Nested, since a breaker has an `Admission` of its own.
extension QueueMachine {
    /// What became of a job that wanted in.
    public enum Admission: Equatable, Sendable {
        /// It waits for its turn.
        case ready
        /// It waits for its time.
        case scheduled(until: Timestamp)
        case refused(Refusal)
    }

    /// Why a job was not let in.
    public enum Refusal: Equatable, Sendable {
        /// The queue holds `capacity` durable jobs.
        case full(capacity: Int)
        /// What is left of the capacity is for `urgent` and `high` jobs.
        case reserved
        /// A job with this id is in the queue, or expired and was not reported yet.
        case duplicate
    }
}

/// The job of a lane that would be leased next. `<` says whose turn it is among the heads of several lanes: by effective
/// priority, then by the time of waiting of who has waited longest in that lane and priority, then by id.
public struct Head: Comparable, Sendable {
    /// With the ageing of who has waited longest in its lane and priority: whose turn it is there is another question.
    public var effectivePriority: Priority
    /// Since when a job of its lane and priority could have been taken, as the wall clock goes now.
    public var levelSince: Timestamp
    /// Since when it could have been taken, as the wall clock goes now.
    public var readySince: Timestamp
    /// The job's id: of two jobs with equal priority and time the smaller id, the older job, goes first.
    public var id: JobID

    /// Heads are compared with others of the same moment: their times change when the wall clock is set. Without `levelSince` it is the
    /// one that has waited longest.
    public init(effectivePriority: Priority, levelSince: Timestamp? = nil, readySince: Timestamp, id: JobID) {
        self.effectivePriority = effectivePriority
        self.levelSince = levelSince ?? readySince
        self.readySince = readySince
        self.id = id
    }

    public static func < (left: Head, right: Head) -> Bool {
        (left.effectivePriority, left.levelSince, left.id) < (right.effectivePriority, right.levelSince, right.id)
    }

    /// Of two levels of one lane the more urgent one goes first where both have waited equally long.
    func isNotAfter(_ other: Head) -> Bool {
        (effectivePriority, levelSince) <= (other.effectivePriority, other.levelSince)
    }
}
