import Queueing
import Testing
import Timekeeping

@Suite struct QueueCountsTests {
    @Test func `jobs are counted by priority, lane and what they wait for`() {
        let other = LaneID(index: 2)
        var queue = QueueMachine(
            job(1),
            job(2),
            job(3, notBefore: 9),
            job(4, .low, lane: other),
            job(5, .urgent, lane: other),
            job(6)
        )
        _ = queue.lease(from: lane, at: at(0))
        #expect(queue.counts(of: .normal) == QueueCounts(ready: 2, scheduled: 1, inFlight: 1))
        #expect(queue.counts(of: .low) == QueueCounts(ready: 1))
        #expect(queue.counts(of: .high) == QueueCounts())
        #expect(queue.counts(in: lane) == QueueCounts(ready: 2, scheduled: 1, inFlight: 1))
        #expect(queue.counts(in: other, of: .urgent) == QueueCounts(ready: 1))
        #expect(queue.counts(in: LaneID(index: 50)) == QueueCounts())
        #expect(queue.count(in: lane) == 3)
        #expect(queue.snapshot.total == QueueCounts(ready: 4, scheduled: 1, inFlight: 1))
        #expect(queue.snapshot.count == 6)
        #expect(queue.counts(of: .normal).total == 4)
    }

    @Test func `the oldest waiting job is known, whatever comes and goes`() {
        var queue = QueueMachine(
            job(1, acceptedAt: 1),
            job(2, acceptedAt: 2),
            job(3, acceptedAt: 3, notBefore: 99),
            at: 5
        )
        #expect(queue.oldestWaiting(.normal) == at(1))
        #expect(queue.oldestWaiting(.low) == nil)
        _ = queue.lease(from: lane, at: at(5))
        #expect(queue.oldestWaiting(.normal) == at(2))
        _ = queue.cancel(id(2))
        #expect(queue.oldestWaiting(.normal) == at(3))
        queue.requeue(id(1), notBefore: at(50), at: at(5))
        #expect(queue.oldestWaiting(.normal) == at(1))
        _ = queue.admit(job(4, .low, acceptedAt: 0), at: at(5))
        #expect(queue.oldestWaiting() == at(0))
        #expect(queue.snapshot.oldestWaiting == at(0))
        #expect(queue.snapshot.levels.map(\.oldestWaiting) == [nil, nil, at(1), at(0)])
        #expect(queue.ripen(at: 99) == 2)
        #expect(queue.oldestWaiting(.normal) == at(1))
    }
}
