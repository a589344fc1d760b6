internal import Queueing
internal import Resilience
package import Timekeeping
package import WeirPorts

/// Decides which delivery goes when: a lane for each destination, so that one that hangs holds up no other.
///
/// A value that does nothing by itself. What waits is bounded: beyond it the oldest of the lane, or of the fullest one, go.
package struct DeliveryMachine: Sendable {
    /// What may wait and fly.
    package struct Limits: Equatable, Sendable {
        /// Deliveries that wait for one destination.
        package var rows = 100_000
        /// Bytes of them, with 256 for each beside its body.
        package var bytes = 64 << 20
        /// The same of all destinations.
        package var allBytes = 256 << 20
        /// Attempts in flight to one destination.
        package var inFlight = 4
        /// In all.
        package var allInFlight = 64

        package init() {}
    }

    /// An attempt that begins.
    package struct Lease: Equatable, Sendable {
        package var delivery: WaitingDelivery
        fileprivate var lane: Int
    }

    /// How an attempt ended.
    package enum End: Equatable, Sendable {
        case taken
        /// It was refused, or nobody answered.
        case failed
        /// There is nothing to tell any more.
        case void
        /// It can't be taken at all.
        case hopeless
    }

    /// For what an earlier process left.
    private static let longestWait = Duration.seconds(86_400)

    private let limits: Limits
    private var lanes: [DeliveryLane?] = []
    private var free: [Int] = []
    private var places: [DeliveryDestination: Int] = [:]
    /// Lanes by when their next may go.
    private var wakes = IndexedHeap()
    /// Those whose time has come: who has the fewest in flight is next, and of these who has begun one the longest time ago.
    private var ready = IndexedHeap()
    /// Attempts that ever began.
    private var begun: UInt64 = 0
    /// Lanes, the fullest first.
    private var fullest = IndexedHeap()
    private var weight = 0
    package private(set) var inFlight = 0

    package init(_ limits: Limits = Limits()) {
        self.limits = limits
    }

    // MARK: What comes

    /// These wait from now on.
    ///
    /// - Returns: Those that are too many, in their place: they are to be forgotten.
    package mutating func add(_ new: [WaitingDelivery], at now: Moment) -> [WaitingDelivery] {
        var dropped: [WaitingDelivery] = []
        for delivery in new {
            let index = place(of: delivery.destination)
            // A clock that was set back must not make it wait for ever.
            let due = delivery.nextAt.map { min(now.instant(of: $0), now.instant + DeliveryMachine.longestWait) }
            lanes[index]?.add(delivery, dueAt: due ?? now.instant)
            weight += delivery.weight
            while let lane = lanes[index], lane.waiting > limits.rows || lane.weight > limits.bytes {
                guard drop(from: index, &dropped) else { break }
            }
            settle(index)
            while weight > limits.allBytes, let full = fullest.first.map({ Int($0.slot) }) {
                guard drop(from: full, &dropped) else { break }
                settle(full)
            }
        }
        return dropped
    }

    private mutating func drop(from index: Int, _ dropped: inout [WaitingDelivery]) -> Bool {
        guard let delivery = lanes[index]?.dropOldest() else { return false }
        weight -= delivery.weight
        dropped.append(delivery)
        return true
    }

    private mutating func place(of destination: DeliveryDestination) -> Int {
        if let index = places[destination] { return index }
        let index = free.popLast() ?? lanes.count
        if index == lanes.count { lanes.append(nil) }
        lanes[index] = DeliveryLane(destination)
        places[destination] = index
        return index
    }

    /// A lane has changed: when it is looked at again, and whether there still is one.
    private mutating func settle(_ index: Int) {
        guard let lane = lanes[index] else { return }
        let slot = Int32(clamping: index)
        // Looked at anew by the next `next`.
        ready.remove(slot)
        guard !lane.isEmpty else {
            wakes.remove(slot)
            fullest.remove(slot)
            places[lane.destination] = nil
            lanes[index] = nil
            free.append(index)
            return
        }
        if lane.waiting > 0 { fullest.set(slot, key: -Int64(lane.weight)) } else { fullest.remove(slot) }
        if let wake = lane.wake(atMost: limits.inFlight) {
            wakes.set(slot, key: wake.nanoseconds)
        } else {
            wakes.remove(slot)
        }
    }

    // MARK: What goes

    /// The next attempt that may begin now.
    package mutating func next(at now: Instant) -> Lease? {
        while let due = wakes.first, due.key <= now.nanoseconds, let lane = lanes[Int(due.slot)] {
            wakes.remove(due.slot)
            ready.set(due.slot, key: Int64(lane.inFlight), tie: lane.lastBegun)
        }
        guard inFlight < limits.allInFlight, let first = ready.first else { return nil }
        begun += 1
        guard let delivery = lanes[Int(first.slot)]?.takeNext(begun) else { return nil }
        inFlight += 1
        settle(Int(first.slot))
        return Lease(delivery: delivery, lane: Int(first.slot))
    }

    /// When to ask for the next; `nil` where an end or a new one comes first.
    package var wake: Instant? {
        guard inFlight < limits.allInFlight else { return nil }
        return ready.count > 0 ? .zero : wakes.first.map { Instant(nanoseconds: $0.key) }
    }

    /// An attempt has ended.
    ///
    /// - Returns: What is to be written.
    package mutating func end(
        _ lease: Lease,
        _ end: End,
        _ terms: DeliveryTerms,
        at now: Moment,
        using generator: inout some RandomNumberGenerator
    ) -> DeliverySettlement {
        let (delivery, number) = (lease.delivery, lease.delivery.attempts + 1)
        let over = DeliverySettlement.over(keptUntil: delivery.createdAt + Delivery.knownFor)
        let dead = DeliverySettlement.dead(attempts: number, keptUntil: now.timestamp + terms.keepDead)
        switch end {
        case .taken:
            lanes[lease.lane]?.succeeded()
            finish(lease)
            return over
        case .void:
            finish(lease)
            return over
        case .hopeless:
            // It says nothing about the destination: what it was the turn of may be tried.
            lanes[lease.lane]?.goOn()
            finish(lease)
            return dead
        case .failed:
            lanes[lease.lane]?.failed(at: now)
            let age = max(.zero, now.timestamp - delivery.createdAt)
            let decision = terms.retry.decision(afterAttempt: number, age: age, durable: true, using: &generator)
            guard case .retry(let delay, _) = decision, age + delay <= terms.lifetime else {
                finish(lease)
                return dead
            }
            var next = delivery
            (next.attempts, next.nextAt) = (number, now.timestamp + delay)
            putBack(lease, next, dueAt: now.instant + delay)
            return .waits(attempts: number, nextAt: now.timestamp + delay)
        }
    }

    /// An attempt was not made, for reasons that are the lane's or this machine's.
    ///
    /// - Parameter pausesLane: whether all of the lane waits so long, or this one alone.
    /// - Returns: What is to be written, where it has waited too long; else it waits on as it was.
    package mutating func postpone(
        _ lease: Lease,
        by pause: Duration,
        pausesLane: Bool = true,
        _ terms: DeliveryTerms,
        at now: Moment
    ) -> DeliverySettlement? {
        let delivery = lease.delivery
        guard now.timestamp - delivery.createdAt <= terms.lifetime else {
            finish(lease)
            return .dead(attempts: delivery.attempts, keptUntil: now.timestamp + terms.keepDead)
        }
        if pausesLane { lanes[lease.lane]?.pause(until: now.instant + pause) }
        putBack(lease, delivery, dueAt: pausesLane ? now.instant : now.instant + pause)
        return nil
    }

    private mutating func finish(_ lease: Lease) {
        inFlight -= 1
        weight -= lease.delivery.weight
        lanes[lease.lane]?.end(lease.delivery)
        settle(lease.lane)
    }

    private mutating func putBack(_ lease: Lease, _ delivery: WaitingDelivery, dueAt instant: Instant) {
        inFlight -= 1
        lanes[lease.lane]?.putBack(delivery, dueAt: instant)
        settle(lease.lane)
    }

    /// Other settings hold: no lane pauses any more.
    package mutating func goOn() {
        for index in lanes.indices where lanes[index] != nil {
            lanes[index]?.goOn()
            settle(index)
        }
    }

    /// What each destination is waiting for.
    package var states: [DeliveryBacklog] {
        lanes.compactMap { lane in
            lane.map {
                DeliveryBacklog(
                    destination: $0.destination,
                    waiting: $0.waiting,
                    inFlight: $0.inFlight,
                    failingSince: $0.failingSince,
                    oldest: $0.oldest?.createdAt
                )
            }
        }
    }
}
