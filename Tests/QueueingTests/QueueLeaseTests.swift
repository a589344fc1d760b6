import Queueing
import Testing
import Timekeeping

@Suite struct QueueLeaseTests {
    @Test func `a leased job is in flight until it is finished`() {
        var queue = QueueMachine(job(1), job(2))
        #expect(queue.lease(from: lane, at: at(0)) == job(1))
        #expect(queue.isLeased(id(1)))
        #expect(!queue.isLeased(id(2)))
        #expect(queue.finish(id(2)) == nil)
        #expect(queue.finish(id(1)) == job(1))
        #expect(queue.finish(id(1)) == nil)
        #expect(!queue.isLeased(id(1)))
        #expect(queue.count == 1)
    }

    @Test func `the head is what a lease gives`() {
        var queue = QueueMachine(job(1, .low), job(2, .high), job(3))
        while let head = queue.head(of: lane, at: at(0)) {
            #expect(queue.take(at: 0).map(id) == head.id)
        }
        #expect(queue.count == 3)
    }

    @Test func `only jobs in flight start, go back or finish`() {
        var queue = QueueMachine(job(1))
        #expect(queue.start(id(1), at: at(0)) == nil)
        #expect(queue.requeue(id(1), notBefore: nil, at: at(0)) == false)
        #expect(queue.requeue(id(7), notBefore: nil, at: at(0)) == false)
        #expect(queue.finish(id(1)) == nil)
        #expect(queue.drain(at: 0) == [1])
    }

    @Test func `starts are counted`() {
        var queue = QueueMachine(job(1))
        _ = queue.lease(from: lane, at: at(0))
        let starts = [queue.start(id(1), at: at(3)), queue.start(id(1), at: at(4))]
        #expect(starts.map { $0?.startedAttempts } == [1, 2])
        #expect(queue.job(id(1))?.firstAttemptAt == at(3))
    }

    @Test func `a job goes back to the end of its level, changed`() {
        var queue = QueueMachine(job(1), job(2))
        _ = queue.lease(from: lane, at: at(0))
        let isBack = queue.requeue(id(1), notBefore: nil, at: at(70)) {
            $0.countedAttempts += 1
            $0.flags = 3
        }
        #expect(isBack)
        #expect(queue.job(id(1))?.countedAttempts == 1)
        #expect(queue.job(id(1))?.flags == 3)
        #expect(queue.drain(at: 70) == [2, 1])
    }

    @Test func `a job that is tried again at once keeps its place and its age`() {
        var queue = QueueMachine(job(1), job(2), job(3))
        _ = queue.lease(from: lane, at: at(0))
        #expect(queue.requeue(id(1), notBefore: nil, front: true, at: at(50)) == true)
        #expect(queue.head(of: lane, at: at(50)) == Head(effectivePriority: .normal, readySince: at(0), id: id(1)))
        #expect(queue.drain(at: 50) == [1, 2, 3])
    }

    @Test func `jobs that go back to the front find their own order again`() {
        var queue = QueueMachine(job(1), job(2), job(3), job(4), job(5))
        for _ in 0..<4 { _ = queue.lease(from: lane, at: at(0)) }
        for number in [2, 4, 1, 3] { queue.requeue(id(number), notBefore: nil, front: true, at: at(1)) }
        #expect(queue.drain(at: 1) == [1, 2, 3, 4, 5])
    }

    @Test func `a job that is retried later waits until then, front or not`() {
        var queue = QueueMachine(job(1), job(2))
        _ = queue.lease(from: lane, at: at(0))
        #expect(queue.requeue(id(1), notBefore: at(15), front: true, at: at(1)) == true)
        #expect(queue.drain(at: 14.999) == [2])
        #expect(queue.nextTimer == at(15))
        #expect(queue.drain(at: 15) == [1])
    }

    @Test func `a job may change lane and priority on its way back, not its identity`() {
        var queue = QueueMachine(job(1))
        _ = queue.lease(from: lane, at: at(0))
        queue.requeue(id(1), notBefore: nil, at: at(1)) {
            $0 = Queueing.Job(id: id(9), lane: LaneID(index: 3), priority: .low, isDurable: false, acceptedAt: at(0))
        }
        #expect(queue.job(id(9)) == nil)
        #expect(queue.durableCount == 1)
        #expect(queue.counts(in: lane) == QueueCounts())
        #expect(queue.counts(in: LaneID(index: 3), of: .low) == QueueCounts(ready: 1))
        #expect(queue.drain(LaneID(index: 3), at: 1) == [1])
    }

    @Test func `what waits can be cancelled, what is in flight can not`() {
        var queue = QueueMachine(job(1), job(2), job(3, notBefore: 9), job(4))
        _ = queue.lease(from: lane, at: at(0))
        #expect(queue.cancel(id(1)) == .inFlight)
        #expect(queue.cancel(id(2)) == .removed(job(2)))
        #expect(queue.cancel(id(2)) == .unknown)
        #expect(queue.cancel(id(3)) == .removed(job(3, notBefore: 9)))
        #expect(queue.nextTimer == nil)
        #expect(queue.drain(at: 10) == [4])
        #expect(queue.isLeased(id(1)))
    }

    @Test func `a level from which most were cancelled gives the rest in order`() {
        var queue = QueueMachine()
        for number in 0..<5000 { _ = queue.admit(job(number), at: at(0)) }
        for number in 0..<5000 where number % 97 != 0 { _ = queue.cancel(id(number)) }
        #expect(queue.counts(of: .normal).ready == 52)
        #expect(queue.drain(at: 0) == Array(stride(from: 0, to: 5000, by: 97)))
        #expect(queue.readyLanes.isEmpty)
    }

    @Test func `a waiting job can be given another time`() {
        var queue = QueueMachine(job(1), job(2, notBefore: 50), job(3))
        #expect(queue.reschedule(id(1), notBefore: at(20), at: at(1)) == true)
        #expect(queue.reschedule(id(2), notBefore: nil, at: at(2)) == true)
        #expect(queue.reschedule(id(8), notBefore: nil, at: at(2)) == false)
        #expect(queue.drain(at: 3) == [3, 2])
        #expect(queue.reschedule(id(2), notBefore: nil, at: at(4)) == false)
        #expect(queue.nextTimer == at(20))
        #expect(queue.job(id(2))?.notBefore == nil)
        #expect(queue.drain(at: 20) == [1])
    }

    @Test func `slots are used again`() {
        var queue = QueueMachine()
        for number in 0..<10_000 {
            _ = queue.admit(job(number, expiresAt: 100), at: at(0))
            #expect(queue.take(at: 0) == number)
            queue.finish(id(number))
        }
        #expect(queue == QueueMachine())
        #expect(queue.snapshot == QueueMachine().snapshot)
    }
}
