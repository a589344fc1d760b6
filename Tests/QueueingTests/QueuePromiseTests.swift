import Queueing
import Testing
import Timekeeping

@Suite struct QueuePromiseTests {
    private func report(_ priority: Priority, kept: Int = 0, broken: Int = 0) -> [PromiseReport] {
        [PromiseReport(lane: lane, priority: priority, tally: PromiseTally(kept: kept, broken: broken))]
    }

    @Test func `what is done in time is kept, what is not is broken before it ends`() {
        var queue = QueueMachine(job(1, .urgent), job(2, .urgent))
        #expect(queue.drain(at: 1) == [1, 2])
        _ = queue.finish(id(1), as: .kept, at: at(2))
        #expect(queue.takePromises(at: at(3)) == report(.urgent, kept: 1))
        #expect(queue.oldestDue(in: lane, of: .urgent) == at(0) && queue.dueCount(in: lane, of: .urgent) == 1)
        // Nothing happens but time.
        #expect(queue.takePromises(at: at(62)) == report(.urgent, broken: 1))
        _ = queue.finish(id(2), as: .kept, at: at(63))
        #expect(queue.takePromises(at: at(64)).isEmpty)
        #expect(queue.oldestDue(in: lane, of: .urgent) == nil)
    }

    @Test(arguments: zip(Priority.allCases, [60.0, 300, 1800, 14_400]))
    func `each priority has a promise of its own`(priority: Priority, seconds: Double) {
        for (age, tally) in [(seconds, report(priority, kept: 1)), (seconds + 1, report(priority, broken: 1))] {
            var queue = QueueMachine(job(1, priority))
            _ = queue.take(at: 1)
            _ = queue.finish(id(1), as: .kept, at: at(age))
            #expect(queue.takePromises(at: at(age)) == tally)
        }
    }

    @Test func `before its time a job has no age, and afterwards it is as old as its time`() {
        var queue = QueueMachine(job(1, .urgent, notBefore: 1000))
        #expect(queue.counts(in: lane).scheduled == 1 && queue.oldestDue(in: lane, of: .urgent) == nil)
        #expect(queue.takePromises(at: at(999)).isEmpty)
        _ = queue.advance(to: at(1010))
        #expect(queue.oldestDue(in: lane, of: .urgent) == at(1000))
        #expect(queue.lease(from: lane, at: at(1010))?.acceptedAt == at(1000))
        _ = queue.start(id(1), at: at(1010))
        // Its retry's time is none of the caller's.
        _ = queue.requeue(id(1), notBefore: at(1040), at: at(1020))
        #expect(queue.counts(in: lane) == QueueCounts(retrying: 1))
        _ = queue.take(at: 1050)
        _ = queue.finish(id(1), as: .kept, at: at(1060))
        #expect(queue.takePromises(at: at(1060)) == report(.urgent, kept: 1))
    }

    @Test func `what expires is broken, what is cancelled is not, unless its time was over`() {
        var queue = QueueMachine(job(1, .urgent, expiresAt: 5), job(2, .urgent), job(3, .urgent))
        #expect(queue.advance(to: at(6)).expired.count == 1)
        #expect(queue.takePromises(at: at(6)) == report(.urgent, broken: 1))
        _ = queue.cancel(id(2))
        #expect(queue.takePromises(at: at(7)).isEmpty)
        _ = queue.advance(to: at(61))
        _ = queue.cancel(id(3))
        #expect(queue.takePromises(at: at(61)) == report(.urgent, broken: 1))
    }

    @Test func `a clock that is set back takes a job's time away again, and its age with it`() {
        var queue = QueueMachine(job(1, .urgent, notBefore: 10), at: 20)
        #expect(queue.dueCount(in: lane, of: .urgent) == 1)
        queue.retime(at: at(20)) { _ in (at(500), nil) }
        #expect(queue.counts(in: lane) == QueueCounts(scheduled: 1) && queue.dueCount(in: lane, of: .urgent) == 0)
        #expect(queue.takePromises(at: at(400)).isEmpty)
        _ = queue.advance(to: at(500))
        #expect(queue.oldestDue(in: lane, of: .urgent) == at(500))
    }

    @Test func `what an earlier process left is told by when that was there last`() {
        var queue = QueueMachine()
        for number in 1...3 {
            let accepted = Job(id: id(number), lane: lane, priority: .urgent, acceptedAt: at(Double(number) * 100))
            _ = queue.restore(accepted, isInherited: true, at: at(350))
        }
        queue.endRestore(lastSeen: at(250))
        // The first was over at 160 s, the second at 260 s; the third is not.
        #expect(queue.takePromises(at: at(350)) == report(.urgent, broken: 1))
        #expect(queue.oldestDue(in: lane, of: .urgent) == at(100))
    }

    @Test func `the owner's own work has no age, and what was counted before has nothing but one`() {
        var queue = QueueMachine()
        _ = queue.admit(
            Job(id: id(1), lane: lane, priority: .urgent, promise: Promise.none, acceptedAt: at(0)),
            at: at(0)
        )
        _ = queue.admit(Job(id: id(2), lane: lane, priority: .urgent, promise: .settled, acceptedAt: at(5)), at: at(5))
        _ = queue.admit(job(3, .urgent, isDurable: false), at: at(5))
        #expect(queue.dueCount(in: lane, of: .urgent) == 1 && queue.oldestDue(in: lane, of: .urgent) == at(5))
        #expect(queue.takePromises(at: at(1000)).isEmpty)
        #expect(queue.drain(at: 1000) == [1, 2, 3])
        for number in 1...3 { _ = queue.finish(id(number), as: .kept, at: at(1000)) }
        #expect(queue.takePromises(at: at(1000)).isEmpty)
    }

    @Test func `a lane that another owner gets brings none of its counts along`() {
        var queue = QueueMachine(job(1, .urgent))
        _ = queue.take(at: 1)
        _ = queue.finish(id(1), as: .kept, at: at(2))
        queue.forgetPromises(of: lane)
        queue.countBroken(in: lane, of: .low)
        #expect(queue.takePromises(at: at(3)) == report(.low, broken: 1))
    }
}
