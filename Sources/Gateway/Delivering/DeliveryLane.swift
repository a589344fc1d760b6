internal import Queueing
internal import Timekeeping
internal import WeirPorts

/// What waits for one destination. By the time at which it may go, and by age, as the oldest go when there are too many.
struct DeliveryLane: Sendable {
    let destination: DeliveryDestination
    private var due = IndexedHeap()
    private var ages = IndexedHeap()
    private var slots: [WaitingDelivery?] = []
    private var free: [Int32] = []
    /// What waits or is in flight, by the measure of the limits.
    private(set) var weight = 0
    private(set) var inFlight = 0
    /// Which of all attempts its last one was.
    private(set) var lastBegun: UInt64 = 0
    /// Attempts that failed since one was taken.
    private(set) var failures = 0
    private(set) var failingSince: Timestamp?
    private var pausedUntil = Instant(nanoseconds: .min)

    /// Failures after which a destination is tried one at a time, with pauses.
    static let fewFailures = 3
    static let longestPause = Duration.seconds(30)

    init(_ destination: DeliveryDestination) {
        self.destination = destination
    }

    /// Waiting ones.
    var waiting: Int { due.count }
    var isEmpty: Bool { due.count == 0 && inFlight == 0 }
    var oldest: WaitingDelivery? { ages.first.flatMap { slots[Int($0.slot)] } }

    /// When the next may go; `nil` where none waits, or as many are in flight as may.
    func wake(atMost limit: Int) -> Instant? {
        let most = failures < DeliveryLane.fewFailures ? limit : 1
        guard inFlight < most, let first = due.first else { return nil }
        return max(pausedUntil, Instant(nanoseconds: first.key))
    }

    mutating func add(_ delivery: WaitingDelivery, dueAt instant: Instant) {
        insert(delivery, dueAt: instant)
        weight += delivery.weight
    }

    private mutating func insert(_ delivery: WaitingDelivery, dueAt instant: Instant) {
        let slot = free.popLast() ?? Int32(clamping: slots.count)
        if Int(slot) == slots.count { slots.append(delivery) } else { slots[Int(slot)] = delivery }
        let tie = UInt64(clamping: delivery.place)
        due.set(slot, key: instant.nanoseconds, tie: tie)
        ages.set(slot, key: delivery.place, tie: tie)
    }

    private mutating func remove(_ slot: Int32) -> WaitingDelivery? {
        due.remove(slot)
        ages.remove(slot)
        free.append(slot)
        return slots[Int(slot)].take()
    }

    /// The next goes.
    ///
    /// - Parameter number: of all attempts.
    mutating func takeNext(_ number: UInt64) -> WaitingDelivery? {
        guard let first = due.first, let delivery = remove(first.slot) else { return nil }
        lastBegun = number
        inFlight += 1
        return delivery
    }

    mutating func dropOldest() -> WaitingDelivery? {
        guard let first = ages.first, let delivery = remove(first.slot) else { return nil }
        weight -= delivery.weight
        return delivery
    }

    // MARK: Ends of attempts

    /// It waits again.
    mutating func putBack(_ delivery: WaitingDelivery, dueAt instant: Instant) {
        inFlight -= 1
        insert(delivery, dueAt: instant)
    }

    /// It is over.
    mutating func end(_ delivery: WaitingDelivery) {
        inFlight -= 1
        weight -= delivery.weight
    }

    mutating func succeeded() {
        (failures, failingSince) = (0, nil)
        pausedUntil = Instant(nanoseconds: .min)
    }

    mutating func failed(at now: Moment) {
        failures += 1
        if failingSince == nil { failingSince = now.timestamp }
        let excess = failures - DeliveryLane.fewFailures
        guard excess >= 0 else { return }
        pause(until: now.instant + min(.seconds(1 << min(excess, 10)), DeliveryLane.longestPause))
    }

    mutating func pause(until instant: Instant) {
        pausedUntil = max(pausedUntil, instant)
    }

    mutating func goOn() {
        pausedUntil = Instant(nanoseconds: .min)
    }
}

extension WaitingDelivery {
    /// What one takes, its place beside its bytes included.
    var weight: Int { max(0, bytes) + WaitingDelivery.overhead }
    static let overhead = 256
}
