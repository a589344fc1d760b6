import Resilience
import TestSupport
import Testing
import Timekeeping
import WeirPorts

@testable import Delivering

/// Which delivery goes when.
@Suite struct DeliveryMachineTests {
    private static let wall = Timestamp(milliseconds: 1_795_190_400_000)
    private static let crm = DeliveryDestination(.subscriber, "crm")
    private static let erp = DeliveryDestination(.subscriber, "erp")

    /// No chance: what fails goes again after 5 s, then 60 s, then for ever after 300 s.
    private static let terms = DeliveryTerms(
        retry: RetryPolicy(
            fastAttempts: 1,
            backoff: Backoff(base: .seconds(1), factor: 2, cap: .seconds(1), jitter: .none),
            ladder: [.seconds(5), .seconds(60), .seconds(300)],
            lifetime: .seconds(600)
        ),
        keepDead: .seconds(1000)
    )

    private static func at(_ seconds: Int) -> Moment {
        Moment(instant: .zero + .seconds(seconds), timestamp: wall + .seconds(seconds))
    }

    private static func one(
        _ place: Int64,
        _ destination: DeliveryDestination = crm,
        bytes: Int = 100,
        at seconds: Int = 0,
        attempts: Int = 0,
        nextAt: Timestamp? = nil
    ) -> WaitingDelivery {
        WaitingDelivery(
            place: place,
            destination: destination,
            bytes: bytes,
            createdAt: wall + .seconds(seconds),
            attempts: attempts,
            nextAt: nextAt
        )
    }

    private static func limits(_ change: (inout DeliveryMachine.Limits) -> Void) -> DeliveryMachine.Limits {
        var limits = DeliveryMachine.Limits()
        change(&limits)
        return limits
    }

    private var chance = SplitMix64(seed: 1)

    private func next(_ machine: inout DeliveryMachine, at seconds: Int) throws -> DeliveryMachine.Lease {
        let lease = machine.next(at: Self.at(seconds).instant)
        return try #require(lease)
    }

    private func places(_ machine: inout DeliveryMachine, at seconds: Int) -> [Int64] {
        var places: [Int64] = []
        while let lease = machine.next(at: Self.at(seconds).instant) { places.append(lease.delivery.place) }
        return places
    }

    @Test func `the oldest goes first, so many at once, and the next when one is taken`() throws {
        var (machine, chance) = (DeliveryMachine(Self.limits { $0.inFlight = 2 }), chance)
        #expect(machine.add([Self.one(1), Self.one(2), Self.one(3)], at: Self.at(0)) == [])
        let first = try next(&machine, at: 0)
        #expect(first.delivery.place == 1)
        #expect(places(&machine, at: 0) == [2])
        #expect(machine.wake == nil)
        let settlement = machine.end(first, .taken, Self.terms, at: Self.at(1), using: &chance)
        #expect(settlement == .over(keptUntil: Self.wall + Delivery.knownFor))
        #expect(places(&machine, at: 1) == [3])
        #expect(machine.inFlight == 2)
    }

    @Test func `what fails waits for its step of the ladder, and is given up at the end of its life`() throws {
        var (machine, chance) = (DeliveryMachine(), chance)
        _ = machine.add([Self.one(1)], at: Self.at(0))
        var now = 0
        for (number, delay) in [(1, 5), (2, 60), (3, 300)] {
            let lease = try next(&machine, at: now)
            let settlement = machine.end(lease, .failed, Self.terms, at: Self.at(now), using: &chance)
            #expect(settlement == .waits(attempts: number, nextAt: Self.wall + .seconds(now + delay)))
            #expect(machine.next(at: Self.at(now + delay - 1).instant) == nil)
            now += delay
            #expect(machine.wake == Self.at(now).instant)
        }
        #expect(machine.states.first?.failingSince == Self.wall)
        let last = try next(&machine, at: now)
        #expect(last.delivery.attempts == 3)
        let end = machine.end(last, .failed, Self.terms, at: Self.at(now), using: &chance)
        #expect(end == .dead(attempts: 4, keptUntil: Self.wall + .seconds(now + 1000)))
        #expect(machine.states.isEmpty && machine.inFlight == 0 && machine.wake == nil)
    }

    @Test func `one that fails in between does not stop the others`() throws {
        var (machine, chance) = (DeliveryMachine(), chance)
        _ = machine.add([Self.one(1), Self.one(2)], at: Self.at(0))
        let bad = try next(&machine, at: 0)
        _ = machine.end(bad, .failed, Self.terms, at: Self.at(0), using: &chance)
        let good = try next(&machine, at: 0)
        #expect(good.delivery.place == 2)
        _ = machine.end(good, .taken, Self.terms, at: Self.at(0), using: &chance)
        #expect(machine.states.first?.failingSince == nil)
        #expect(places(&machine, at: 5) == [1])
    }

    @Test func `a destination that fails is tried one at a time, with longer pauses, until it takes one`() throws {
        var (machine, chance) = (DeliveryMachine(), chance)
        _ = machine.add((1...200).map { Self.one($0) }, at: Self.at(0))
        var now = 0
        var pauses: [Int] = []
        for _ in 0..<12 {
            let lease = try next(&machine, at: now)
            _ = machine.end(lease, .failed, Self.terms, at: Self.at(now), using: &chance)
            let wake = try #require(machine.wake)
            let pause = Int((wake - Self.at(now).instant).inSeconds)
            pauses.append(max(0, pause))
            now += max(0, pause)
        }
        #expect(pauses == [0, 0, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30])
        // One alone.
        let probe = try next(&machine, at: now)
        #expect(places(&machine, at: now) == [])
        _ = machine.end(probe, .taken, Self.terms, at: Self.at(now), using: &chance)
        #expect(places(&machine, at: now).count == 4)
    }

    @Test func `many busy destinations leave a new one the next place`() throws {
        var (machine, chance) = (DeliveryMachine(), chance)
        var leases: [DeliveryMachine.Lease] = []
        for number in 0..<16 {
            let busy = DeliveryDestination(.client, "busy-\(number)")
            _ = machine.add((1...100).map { Self.one(Int64(number) * 100 + $0, busy) }, at: Self.at(0))
        }
        while let lease = machine.next(at: Self.at(0).instant) { leases.append(lease) }
        #expect(leases.count == 64)
        _ = machine.add([Self.one(5000), Self.one(5001)], at: Self.at(4))
        for (index, lease) in leases.prefix(2).enumerated() {
            _ = machine.end(lease, .taken, Self.terms, at: Self.at(4), using: &chance)
            #expect(places(&machine, at: 4) == [Int64(5000 + index)])
        }
    }

    @Test func `one whose address is not allowed waits alone, and what is hopeless holds up nobody`() throws {
        var (machine, chance) = (DeliveryMachine(Self.limits { $0.inFlight = 1 }), chance)
        _ = machine.add((1...3).map { Self.one($0) }, at: Self.at(0))
        let first = try next(&machine, at: 0)
        #expect(machine.postpone(first, by: .seconds(60), pausesLane: false, Self.terms, at: Self.at(0)) == nil)
        let second = try next(&machine, at: 0)
        #expect(second.delivery.place == 2)
        _ = machine.end(second, .hopeless, Self.terms, at: Self.at(0), using: &chance)
        let third = try next(&machine, at: 0)
        #expect(third.delivery.place == 3)
        _ = machine.end(third, .taken, Self.terms, at: Self.at(0), using: &chance)
        #expect(places(&machine, at: 59) == [] && places(&machine, at: 60) == [1])
    }

    @Test func `destinations that hang take no more than their share, and nobody waits for them`() throws {
        var machine = DeliveryMachine(Self.limits { $0.allInFlight = 6 })
        let hanging = DeliveryDestination(.client, "orders")
        _ = machine.add((1...50).map { Self.one($0, hanging) }, at: Self.at(0))
        #expect(places(&machine, at: 0) == [1, 2, 3, 4])
        _ = machine.add((51...60).map { Self.one($0) }, at: Self.at(1))
        #expect(places(&machine, at: 1) == [51, 52])
        #expect(machine.wake == nil)
    }

    @Test func `beyond the bounds the oldest of the lane go, and of all lanes those of the fullest`() {
        var machine = DeliveryMachine(Self.limits { ($0.rows, $0.bytes, $0.allBytes) = (3, 3_000, 4_000) })
        #expect(machine.add((1...3).map { Self.one($0) }, at: Self.at(0)) == [])
        #expect(machine.add([Self.one(4)], at: Self.at(0)).map(\.place) == [1])
        // 356 each, and a long one.
        #expect(machine.add([Self.one(5, bytes: 2_000)], at: Self.at(0)).map(\.place) == [2])
        #expect(machine.add([Self.one(6, bytes: 1_000)], at: Self.at(0)).map(\.place) == [3, 4, 5])
        #expect(machine.add([Self.one(7, Self.erp, bytes: 2_500)], at: Self.at(0)).map(\.place) == [7])
        #expect(machine.add([Self.one(8, Self.erp, bytes: 2_000)], at: Self.at(0)) == [])
        #expect(machine.add([Self.one(9, bytes: 500)], at: Self.at(0)).map(\.place) == [8])
        #expect(places(&machine, at: 0) == [6, 9])
    }

    @Test func `what an earlier process left is due when it was, and at the latest in a day`() {
        var machine = DeliveryMachine()
        let soon = Self.one(1, attempts: 2, nextAt: Self.wall + .seconds(30))
        let past = Self.one(2, attempts: 1, nextAt: Self.wall + .seconds(-30))
        let never = Self.one(3, attempts: 1, nextAt: .distantFuture)
        #expect(machine.add([soon, past, never], at: Self.at(0)) == [])
        #expect(places(&machine, at: 0) == [2])
        #expect(places(&machine, at: 29) == [])
        #expect(places(&machine, at: 30) == [1])
        #expect(places(&machine, at: 86_400) == [3])
    }

    @Test
    func `what can't be tried pauses its lane and keeps its attempts, until its life is over or the settings change`()
        throws
    {
        var machine = DeliveryMachine()
        _ = machine.add([Self.one(1), Self.one(2)], at: Self.at(0))
        let lease = try next(&machine, at: 0)
        #expect(machine.postpone(lease, by: .seconds(60), Self.terms, at: Self.at(0)) == nil)
        #expect(places(&machine, at: 59) == [])
        machine.goOn()
        let again = try next(&machine, at: 59)
        #expect(again.delivery == Self.one(1))
        let end = machine.postpone(again, by: .seconds(60), Self.terms, at: Self.at(601))
        #expect(end == .dead(attempts: 0, keptUntil: Self.wall + .seconds(1601)))
    }

    @Test func `a lane that is empty is given back, and a thousand destinations cost no more than they need`() throws {
        var (machine, chance) = (DeliveryMachine(Self.limits { $0.allInFlight = 10_000 }), chance)
        for round in 0..<3 {
            let new = (0..<1_000).map { Self.one(Int64($0), DeliveryDestination(.client, "c\($0 + round * 500)")) }
            #expect(machine.add(new, at: Self.at(0)) == [])
            #expect(machine.states.count == 1_000)
            while let lease = machine.next(at: Self.at(0).instant) {
                _ = machine.end(lease, .void, Self.terms, at: Self.at(0), using: &chance)
            }
            #expect(machine.states.isEmpty && machine.inFlight == 0)
        }
    }
}
