internal import Timekeeping

/// The probes of a half-open breaker: who is in flight, since when, and how many have succeeded.
///
/// Each probe has a serial number that never comes back, so that a second report, or one about a probe given up for lost,
/// touches nobody else's slot.
struct ProbeSlots: Sendable {
    struct Ticket: Equatable, Sendable {
        var slot: Int
        var serial: UInt64
    }

    private struct Slot: Equatable {
        /// 0 when free.
        var serial: UInt64 = 0
        var since = Instant.zero
    }

    private var slots = [32 of Slot](repeating: Slot())
    private var lastSerial: UInt64 = 0
    private(set) var inFlight = 0
    var successes = 0

    /// Begins anew, without probes and successes.
    mutating func reset() {
        let last = lastSerial
        self = ProbeSlots()
        lastSerial = last
    }

    /// Lets a probe through if fewer than `limit` are in flight or have succeeded. A probe in flight for `lostAfter` or more
    /// makes room when there is none.
    mutating func admit(limit: Int, lostAfter: Duration, at now: Instant) -> Ticket? {
        if inFlight + successes >= limit { forgetLost(after: lostAfter, at: now) }
        guard inFlight + successes < limit else { return nil }
        for index in slots.indices where slots[index].serial == 0 {
            lastSerial += 1
            slots[index] = Slot(serial: lastSerial, since: now)
            inFlight += 1
            return Ticket(slot: index, serial: lastSerial)
        }
        return nil
    }

    /// Takes a probe out of flight; false if it is not there (any more).
    mutating func finish(_ ticket: Ticket) -> Bool {
        guard slots[ticket.slot].serial == ticket.serial else { return false }
        slots[ticket.slot].serial = 0
        inFlight -= 1
        return true
    }

    /// When the probe that has been in flight for longest was admitted.
    var oldest: Instant? {
        var oldest: Instant?
        for index in slots.indices where slots[index].serial != 0 {
            oldest = min(oldest ?? .distantFuture, slots[index].since)
        }
        return oldest
    }

    private mutating func forgetLost(after age: Duration, at now: Instant) {
        for index in slots.indices where slots[index].serial != 0 && now - slots[index].since >= age {
            slots[index].serial = 0
            inFlight -= 1
        }
    }
}

extension ProbeSlots: Equatable {
    static func == (left: ProbeSlots, right: ProbeSlots) -> Bool {
        guard left.lastSerial == right.lastSerial, left.successes == right.successes else { return false }
        return left.slots.indices.allSatisfy { left.slots[$0] == right.slots[$0] }
    }
}
