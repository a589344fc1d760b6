import Queueing
import Testing
import Timekeeping

@Suite struct QueueOrderTests {
    @Test func `priority first, then first come first served`() {
        var queue = QueueMachine(
            job(1, .low),
            job(2, .normal),
            job(3, .urgent),
            job(4, .high),
            job(5, .low),
            job(6, .normal),
            job(7, .urgent),
            job(8, .high)
        )
        #expect(queue.drain(at: 0) == [3, 7, 4, 8, 2, 6, 1, 5])
    }

    @Test func `lanes do not see each other's jobs`() {
        let other = LaneID(index: 5)
        var queue = QueueMachine(job(1), job(2, lane: other), job(3))
        #expect(Set(queue.readyLanes) == [lane, other])
        #expect(queue.drain(at: 0) == [1, 3])
        #expect(queue.readyLanes == [other])
        #expect(queue.drain(LaneID(index: 3), at: 0) == [])
        #expect(queue.drain(LaneID(index: 77), at: 0) == [])
        #expect(queue.drain(other, at: 0) == [2])
        #expect(queue.readyLanes.isEmpty)
    }

    @Test(
        arguments: [
            (.low, 59.999, .low), (.low, 60, .normal), (.low, 119.999, .normal), (.low, 120, .high), (.low, 1e6, .high),
            (.normal, 59.999, .normal), (.normal, 60, .high), (.normal, 1e6, .high), (.high, 1e6, .high),
            (.urgent, 1e6, .urgent), (.low, -5, .low),
        ] as [(Priority, Double, Priority)]
    )
    func `waiting raises a job by one level a minute up to high`(
        priority: Priority,
        seconds: Double,
        effective: Priority
    ) {
        let queue = QueueMachine(job(1, priority))
        let head = queue.head(of: lane, at: at(seconds))
        #expect(head == Head(effectivePriority: effective, readySince: at(0), id: id(1)))
    }

    @Test func `an aged job goes before younger ones of the priority it has reached, not before older ones`() {
        var queue = QueueMachine(job(1, .low))
        _ = queue.admit(job(2, .normal), at: at(-1))
        _ = queue.admit(job(3, .normal), at: at(1))
        #expect(queue.drain(at: 59.9) == [2, 3, 1])
        queue = QueueMachine(job(1, .low))
        _ = queue.admit(job(3, .normal), at: at(1))
        _ = queue.admit(job(4, .high), at: at(2))
        _ = queue.admit(job(5, .urgent), at: at(3))
        #expect(queue.drain(at: 60) == [5, 4, 1, 3])
    }

    @Test func `ageing never passes urgent, whatever the ceiling`() {
        for ceiling in Priority.allCases {
            var policy = QueuePolicy()
            policy.ageingCeiling = ceiling
            var queue = QueueMachine(policy)
            _ = queue.admit(job(1, .low), at: at(0))
            _ = queue.admit(job(2, .urgent), at: at(100_000))
            let expected = max(ceiling, .high)
            #expect(queue.head(of: lane, at: at(99_999))?.effectivePriority == .urgent)
            #expect(queue.take(at: 100_000) == 2)
            #expect(queue.head(of: lane, at: at(100_000))?.effectivePriority == expected)
        }
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func `without a step nothing ages`(step: Duration) {
        var policy = QueuePolicy()
        policy.ageingStep = step
        var queue = QueueMachine(policy)
        _ = queue.admit(job(1, .low), at: at(0))
        #expect(queue.head(of: lane, at: at(1e6))?.effectivePriority == .low)
        policy.ageingStep = .seconds(1)
        queue.update(policy)
        #expect(queue.head(of: lane, at: at(1e6))?.effectivePriority == .high)
    }

    @Test func `below urgent nothing starves under a stream of high jobs`() {
        var queue = QueueMachine(job(0, .low))
        var number = 1
        var served: Double?
        for second in stride(from: 0.0, to: 600, by: 1) {
            // Two high jobs come in for each one that is taken.
            for _ in 0..<2 {
                _ = queue.admit(job(number, .high), at: at(second))
                number += 1
            }
            if let job = queue.lease(from: lane, at: at(second)) {
                queue.finish(job.id)
                if job.id == id(0) { served = second }
            }
        }
        // It counts as high after 120 s, and no high job is older.
        #expect(served == 120)
    }

    @Test func `urgent jobs are taken before whatever has aged`() {
        var queue = QueueMachine(job(0, .low))
        for number in 1...600 {
            _ = queue.admit(job(number, .urgent), at: at(Double(number)))
            #expect(queue.take(at: Double(number)) == number)
        }
    }

    @Test func `heads of lanes compare by effective priority, age and id`() {
        let urgent = Head(effectivePriority: .urgent, readySince: at(9), id: id(9))
        let old = Head(effectivePriority: .high, readySince: at(1), id: id(8))
        let young = Head(effectivePriority: .high, readySince: at(2), id: id(1))
        let younger = Head(effectivePriority: .high, readySince: at(2), id: id(2))
        #expect([younger, old, urgent, young].sorted() == [urgent, old, young, younger])
    }

    @Test func `a clock that is set back takes away nobody's age`() {
        var queue = QueueMachine(job(1, .low))
        _ = queue.advance(to: at(60))
        _ = queue.advance(to: at(-3600))
        #expect(queue.head(of: lane, at: at(-3600))?.effectivePriority == .normal)
        #expect(queue.head(of: lane, at: at(-3600))?.readySince == at(-3660))
        _ = queue.admit(job(2, .high), at: at(-3590))
        #expect(queue.drain(at: -3540) == [1, 2])
    }

    @Test func `readings that arrive in the wrong order make nobody older`() {
        var queue = QueueMachine(job(1, .low))
        for _ in 0..<1000 {
            _ = queue.advance(to: at(10))
            _ = queue.advance(to: at(9.1))
        }
        #expect(queue.head(of: lane, at: at(59.999))?.effectivePriority == .low)
        #expect(queue.head(of: lane, at: at(60))?.effectivePriority == .normal)
    }

    @Test func `the ends of time do no harm`() {
        var queue = QueueMachine(job(1, .low))
        for _ in 0..<3 {
            #expect(queue.advance(to: .distantFuture) == Advance())
            #expect(queue.advance(to: Timestamp(milliseconds: .min)) == Advance())
        }
        #expect(queue.head(of: lane, at: .distantFuture)?.effectivePriority == .high)
        #expect(queue.take(at: 0) == 1)
    }
}
