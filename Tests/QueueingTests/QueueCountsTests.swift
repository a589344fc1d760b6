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

    @Test func `the job that has been ready longest is known, and scheduled ones do not age`() {
        var queue = QueueMachine(
            job(1, acceptedAt: 1),
            job(2, acceptedAt: 2, notBefore: 50),
            job(3, .low, acceptedAt: 0, notBefore: 99),
            at: 5
        )
        #expect(queue.oldestReady(.normal) == at(5))
        #expect(queue.oldestReady(.low) == nil)
        _ = queue.lease(from: lane, at: at(6))
        #expect(queue.oldestReady(.normal) == nil)
        queue.requeue(id(1), notBefore: at(60), at: at(6))
        #expect(queue.oldestReady(.normal) == nil)
        #expect(queue.ripen(at: 70) == 2)
        #expect(queue.oldestReady(.normal) == at(50))
        _ = queue.cancel(id(2))
        #expect(queue.oldestReady(.normal) == at(60))
        #expect(queue.ripen(at: 200) == 1)
        #expect(queue.snapshot.levels.map(\.oldestReady) == [nil, nil, at(60), at(99)])
    }

    @Test func `of several lanes the one counts in which work has been ready longest`() {
        var queue = QueueMachine(job(1, lane: LaneID(index: 4)), at: 7)
        _ = queue.admit(job(2), at: at(8))
        #expect(queue.oldestReady(.normal) == at(7))
        _ = queue.cancel(id(1))
        #expect(queue.oldestReady(.normal) == at(8))
    }
}
