internal import Timekeeping

/// How jobs move between the queue's parts. Every job is in the index; a ready one also in its level's queue, a scheduled
/// one and one that can expire in `timers`; one in flight in none of these.
extension QueueMachine {
    mutating func occupy(_ job: Job) -> Int32 {
        let slot = firstFree
        let entry = Slot(job: job, state: .free)
        count += 1
        if job.isDurable { durableCount += 1 }
        if slot == SlotList.none {
            slots.append(entry)
            links.append(SlotList.Links(previous: SlotList.none, next: SlotList.none))
            let added = Int32(slots.count - 1)
            index.insert(job.id, slot: added)
            return added
        }
        firstFree = links[Int(slot)].next
        slots[Int(slot)] = entry
        index.insert(job.id, slot: slot)
        return slot
    }

    mutating func release(_ slot: Int32, as end: PromiseEnd, at now: Timestamp) -> Job {
        let job = slots[Int(slot)].job
        age(slot, as: end, at: now)
        index.remove(job.id, in: slots)
        slots[Int(slot)].state = .free
        links[Int(slot)].next = firstFree
        firstFree = slot
        count -= 1
        if job.isDurable { durableCount -= 1 }
        return job
    }

    /// A job that is in no part but the index begins to wait.
    mutating func place(_ slot: Int32, readySince: Timestamp, at now: Timestamp, front: Bool = false) {
        let job = slots[Int(slot)].job
        addLane(job.lane)
        let expiry = end(of: job)?.milliseconds
        if let due = job.notBefore, due > now {
            slots[Int(slot)].state = .scheduled
            // One of an earlier process that waits for its next attempt.
            if job.startedAttempts > 0 { becomeDue(slot, at: now) }
            countScheduled(slot, by: 1)
            timers.set(slot, key: min(due.milliseconds, expiry ?? .max), tie: job.id.rawValue)
        } else {
            if let expiry { timers.set(slot, key: expiry, tie: job.id.rawValue) }
            makeReady(slot, since: readySince, front: front, at: now)
        }
    }

    mutating func makeReady(_ slot: Int32, since: Timestamp, front: Bool, at now: Timestamp) {
        becomeDue(slot, at: now)
        let job = slots[Int(slot)].job
        let level = QueueMachine.level(job.lane, job.priority)
        slots[Int(slot)].state = .ready
        slots[Int(slot)].readySince = clock.point(since)
        levels[level].counts.ready += 1
        let oldest = levels[level].line.oldest
        if front {
            levels[level].line.putBack(slot, &links, slots, turns: turns)
        } else {
            slots[Int(slot)].turn = levels[level].line.append(slot, &links, slots, turns: turns)
            turns += 1
        }
        lanes[job.lane.index].ready += 1
        if levels[level].line.oldest != oldest { updateOrder(of: level) }
        if !job.isDurable, isClosed(job.lane, job.priority) { arrivals.append(job.lane) }
    }

    /// A waiting job leaves every part but the index.
    ///
    /// - Parameter isTurn: whether it leaves because it has its turn, which its share is charged for.
    mutating func withdraw(_ slot: Int32, isTurn: Bool = false) {
        let job = slots[Int(slot)].job
        timers.remove(slot)
        if slots[Int(slot)].state == .scheduled {
            countScheduled(slot, by: -1)
            return
        }
        let level = QueueMachine.level(job.lane, job.priority)
        let oldest = levels[level].line.oldest
        levels[level].counts.ready -= 1
        levels[level].line.remove(slot, &links, slots, charging: isTurn ? policy.weights : nil)
        if levels[level].line.oldest != oldest { updateOrder(of: level) }
        lanes[job.lane.index].ready -= 1
    }

    /// A waiting job is in flight from now on.
    mutating func take(_ slot: Int32) {
        withdraw(slot, isTurn: true)
        slots[Int(slot)].state = .inFlight
        count(slot) { $0.inFlight += 1 }
    }

    /// What waits for a time of its own is counted by whether it has been due before.
    mutating func countScheduled(_ slot: Int32, by change: Int) {
        let isDue = slots[Int(slot)].isDue
        count(slot) { if isDue { $0.retrying += change } else { $0.scheduled += change } }
    }

    mutating func count(_ slot: Int32, _ change: (inout QueueCounts) -> Void) {
        let job = slots[Int(slot)].job
        change(&levels[QueueMachine.level(job.lane, job.priority)].counts)
    }

    mutating func addLane(_ lane: LaneID) {
        while lanes.count <= lane.index {
            lanes.append(Lane())
            levels += Priority.allCases.map { _ in Level() }
            order.addLevels()
        }
    }
}

/// A job's place in the queue's memory. Slots are used again, lowest effort first.
struct Slot: Sendable {
    enum State: UInt8, Sendable {
        case free, ready, scheduled, inFlight
    }

    var job: Job
    var state: State
    /// Whether its own time has come, once.
    var isDue = false
    /// On the queue's `AgeClock`; set when it becomes ready, and kept in flight for a job that goes back to its place.
    var readySince: Int64 = 0
    /// Counts up over the jobs of its share that become ready in its level: they go in this order. Kept in flight like `readySince`.
    var turn: Int64 = 0
}

/// A doubly linked list of slots whose links lie in an array beside it: a slot leaves from anywhere in O(1) and nothing is
/// left behind, so that neither taking the first nor removing one ever has to clean up.
struct SlotList: Sendable {
    struct Links: Sendable {
        var previous: Int32
        var next: Int32
    }

    static let none: Int32 = -1

    private(set) var first = SlotList.none
    private(set) var last = SlotList.none

    var isEmpty: Bool { first == SlotList.none }

    mutating func append(_ slot: Int32, _ links: inout [Links]) {
        insert(slot, before: SlotList.none, &links)
    }

    /// Before `none` is the end.
    mutating func insert(_ slot: Int32, before next: Int32, _ links: inout [Links]) {
        let previous = next == SlotList.none ? last : links[Int(next)].previous
        links[Int(slot)] = Links(previous: previous, next: next)
        if previous == SlotList.none { first = slot } else { links[Int(previous)].next = slot }
        if next == SlotList.none { last = slot } else { links[Int(next)].previous = slot }
    }

    mutating func remove(_ slot: Int32, _ links: inout [Links]) {
        let gone = links[Int(slot)]
        if gone.previous == SlotList.none { first = gone.next } else { links[Int(gone.previous)].next = gone.next }
        if gone.next == SlotList.none { last = gone.previous } else { links[Int(gone.next)].previous = gone.previous }
    }
}
