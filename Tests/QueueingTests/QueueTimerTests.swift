import Testing
import Timekeeping

@testable import Queueing

@Suite struct QueueTimerTests {
    @Test func `a scheduled job becomes ready at its time and has waited since then`() {
        var queue = QueueMachine(job(1, .low, notBefore: 10))
        #expect(queue.nextTimer == at(10))
        #expect(queue.advance(to: at(9.999)) == Advance())
        #expect(queue.head(of: lane, at: at(9.999)) == nil)
        #expect(queue.advance(to: at(30)) == Advance(readied: 1))
        #expect(queue.head(of: lane, at: at(69.999))?.effectivePriority == .low)
        #expect(queue.head(of: lane, at: at(70)) == Head(effectivePriority: .normal, readySince: at(10), id: id(1)))
        #expect(queue.nextTimer == nil)
    }

    @Test func `jobs that are due together become ready in the order of their time, then of their ids`() {
        var queue = QueueMachine(
            job(5, notBefore: 10),
            job(3, notBefore: 10),
            job(4, notBefore: 9),
            job(1, notBefore: 11),
            job(2, notBefore: 10)
        )
        #expect(queue.ripen(at: 11) == 5)
        #expect(queue.drain(at: 11) == [4, 2, 3, 5, 1])
    }

    @Test func `a job that expires while it waits leaves, ready or scheduled, from anywhere in its level`() {
        var queue = QueueMachine(
            job(1),
            job(2, expiresAt: 5),
            job(3, notBefore: 60, expiresAt: 4),
            job(4),
            job(5, .urgent, expiresAt: 6)
        )
        #expect(queue.nextTimer == at(4))
        let advance = queue.advance(to: at(6))
        #expect(advance.expired.map(\.id) == [id(3), id(2), id(5)])
        #expect(advance.readied == 0)
        #expect(queue.count == 2)
        #expect(queue.durableCount == 2)
        #expect(queue.nextTimer == nil)
        #expect(queue.drain(at: 6) == [1, 4])
    }

    @Test func `it expires at the very millisecond, not before`() {
        var queue = QueueMachine(job(1, expiresAt: 5))
        #expect(queue.advance(to: at(4.999)) == Advance())
        #expect(queue.advance(to: at(5)) == Advance(expired: [job(1, expiresAt: 5)]))
        #expect(queue.job(id(1)) == nil)
    }

    @Test func `of a due time and an expiry that have both come the expiry counts, and its order`() {
        var queue = QueueMachine(
            job(1, notBefore: 5, expiresAt: 9),
            job(2, expiresAt: 8),
            job(3, notBefore: 7, expiresAt: 7)
        )
        let advance = queue.advance(to: at(10))
        #expect(advance.expired.map(\.id) == [id(3), id(2), id(1)])
        #expect(advance.readied == 0)
    }

    @Test func `a job that became ready can still expire`() {
        var queue = QueueMachine(job(1, notBefore: 5, expiresAt: 9))
        #expect(queue.ripen(at: 5) == 1)
        #expect(queue.nextTimer == at(9))
        #expect(queue.expire(at: 9) == [1])
    }

    @Test func `a job in flight does not expire before it goes back`() {
        var queue = QueueMachine(job(1, expiresAt: 5))
        _ = queue.lease(from: lane, at: at(0))
        #expect(queue.nextTimer == nil)
        #expect(queue.advance(to: at(9)) == Advance())
        #expect(queue.requeue(id(1), notBefore: at(20), at: at(9)) == true)
        #expect(queue.nextTimer == at(5))
        #expect(queue.expire(at: 9) == [1])
    }

    @Test func `an expired job is never leased, and is reported once`() {
        var queue = QueueMachine(job(1, .urgent, expiresAt: 5), job(2))
        #expect(queue.take(at: 5) == 2)
        #expect(queue.nextTimer == at(5))
        #expect(queue.cancel(id(1)) == .unknown)
        #expect(queue.admit(job(1), at: at(5)) == .refused(.duplicate))
        #expect(queue.expire(at: 5) == [1])
        #expect(queue.advance(to: at(6)) == Advance())
    }

    @Test func `a job that comes in expired goes out by the next advance`() {
        var queue = QueueMachine()
        #expect(queue.admit(job(1, expiresAt: -1), at: at(0)) == .ready)
        #expect(queue.lease(from: lane, at: at(0)) == nil)
        #expect(queue.expire(at: 0) == [1])
    }

    @Test func `due jobs are seen by a lease that comes before the timer`() {
        var queue = QueueMachine(job(1), job(2, .high, notBefore: 5))
        #expect(queue.take(at: 5) == 2)
        #expect(queue.ripen(at: 5) == 1)
    }

    @Test func `an advance handles no more timers than it may`() {
        var queue = QueueMachine()
        for number in 0..<100 { _ = queue.admit(job(number, expiresAt: 5), at: at(0)) }
        let first = queue.advance(to: at(5), limit: 30)
        #expect(first.expired.map(\.id) == (0..<30).map(id))
        #expect(queue.nextTimer == at(5))
        #expect(queue.advance(to: at(5), limit: 0) == Advance())
        #expect(queue.expire(at: 5).count == 70)
    }

    @Test func `a lease among more expired jobs than an input may handle gives up, and time goes on`() {
        let many = QueueMachine.timersPerInput * 2 + 50
        var queue = QueueMachine(capacity: many + 1)
        for number in 0..<many { _ = queue.admit(job(number, expiresAt: 5), at: at(0)) }
        _ = queue.admit(job(many), at: at(0))
        #expect(queue.lease(from: lane, at: at(5)) == nil)
        #expect(queue.count == 51)
        #expect(queue.nextTimer == at(5))
        #expect(queue.take(at: 5) == many)
        #expect(queue.expire(at: 5).count == many)
        #expect(queue.count == 1)
    }

    @Test func `a time that never comes keeps a job waiting`() {
        var queue = QueueMachine()
        let held = Job(id: id(1), lane: lane, acceptedAt: at(0), notBefore: .distantFuture)
        #expect(queue.admit(held, at: at(0)) == .scheduled(until: .distantFuture))
        #expect(queue.advance(to: at(1e9)) == Advance())
        #expect(queue.cancel(id(1)) == .removed(held))
    }

    @Test(arguments: [(nil, 25.0), (30, 25), (20, 20)] as [(Double?, Double)])
    func `a bounded job leaves by its first attempt, or by its expiry where that comes first`(
        _ expiry: Double?,
        _ end: Double
    ) {
        for notBefore in [nil, 50.0] {
            var queue = QueueMachine(job(1, expiresAt: expiry), job(2, expiresAt: expiry))
            queue.setBound(.seconds(20), of: lane)
            for number in 1...2 {
                _ = queue.lease(from: lane, at: at(5))
                queue.start(id(number), at: at(5))
            }
            _ = queue.requeue(id(1), notBefore: notBefore.map(at), at: at(6)) { $0.isBounded = true }
            _ = queue.requeue(id(2), notBefore: notBefore.map(at), at: at(6))
            #expect(queue.nextTimer == at(end))
            #expect(queue.expire(at: end - 0.001) == [])
            #expect(queue.expire(at: end) == (end == expiry ? [1, 2] : [1]))
        }
    }

    @Test func `a bound asks for an attempt and for a lane that has one`() {
        var queue = QueueMachine()
        for (number, lane) in [lane, LaneID(index: 1)].enumerated() {
            var bounded = job(number, lane: lane)
            bounded.isBounded = true
            if number == 1 { bounded.firstAttemptAt = at(0) }
            _ = queue.admit(bounded, at: at(0))
        }
        queue.setBound(.seconds(20), of: lane)
        #expect(queue.expire(at: 1_000_000) == [])
    }
}
