import TestSupport
import Testing
import Timekeeping

@testable import Queueing

@Suite struct ReplayTests {
    private func replay(_ records: [JournalRecord], _ policy: QueuePolicy = QueuePolicy(), at now: Timestamp)
        -> QueueMachine
    {
        var replay = Replay(policy)
        for record in records { replay.apply(record) }
        return replay.machine(at: now)
    }

    /// 40 × 60 schedules, each compared after every 40 of its 160 steps.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func `the records of a queue make the same queue again`(batch: UInt64) {
        for seed in batch * 60..<(batch + 1) * 60 {
            var policy = QueuePolicy()
            policy.capacity = seed % 2 == 0 ? 15 : 1000
            policy.ageingStep = .seconds(5)
            var schedule = QueueSchedule(seed: seed)
            var queue = RecordedQueue(policy)
            for number in 1...160 {
                let step = schedule.next()
                queue.apply(step, at: schedule.now)
                schedule.leased = queue.leased
                guard number % 40 == 0 else { continue }
                queue.apply(.advance, at: schedule.now)
                var durable = queue.machine
                durable.forgetRelayedCalls()
                let again = replay(queue.records, policy, at: schedule.now)
                guard again == durable, order(again, schedule.now) == order(durable, schedule.now) else {
                    Issue.record("seed \(seed) differs after \(number) steps")
                    return
                }
            }
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `what expired without a record that it ended comes out of the next advance`(seed: UInt64) {
        var schedule = QueueSchedule(seed: seed, hasRelayedCalls: false)
        var queue = RecordedQueue()
        for _ in 0..<120 {
            let step = schedule.next()
            queue.apply(step, at: schedule.now)
            schedule.leased = queue.leased
        }
        var live = queue.machine
        var again = replay(queue.records, at: schedule.now)
        let expected = live.advance(to: schedule.now).expired
        #expect(again.nextTimer.map { $0 <= schedule.now } ?? false == !expected.isEmpty)
        let found = again.advance(to: schedule.now).expired
        #expect(Set(found.map(\.id)) == Set(expected.map(\.id)))
        #expect(again == live)
    }

    @Test func `a job that was started and did not end is in flight`() {
        let queue = replay(
            [.accepted(job(1), at: at(0)), .accepted(job(2), at: at(1)), .started(id(2), at: at(2))],
            at: at(3)
        )
        #expect(queue.isLeased(id(2)))
        #expect(queue.job(id(2))?.startedAttempts == 1)
        #expect(queue.job(id(2))?.firstAttemptAt == at(2))
        #expect(queue.head(of: lane, at: at(3))?.id == id(1))
    }

    @Test func `records about jobs that are not there change nothing`() {
        let queue = replay(
            [
                .started(id(1), at: at(0)), .ended(id(1)), .accepted(job(2), at: at(0)),
                .accepted(job(2, .urgent), at: at(0)),
                .waiting(id(9), notBefore: nil, countedAttempts: 3, front: true, at: at(0)),
            ],
            at: at(0)
        )
        #expect(queue == QueueMachine(job(2)))
    }

    @Test func `equal means alike from now on, not alike in memory`() {
        var queue = QueueMachine(job(1), job(2), job(3, lane: LaneID(index: 1)), job(9))
        _ = queue.cancel(id(9))
        _ = queue.cancel(id(1))
        _ = queue.admit(job(1), at: at(0))
        #expect(queue == QueueMachine(job(3, lane: LaneID(index: 1)), job(2), job(1)))
        #expect(queue != QueueMachine(job(3, lane: LaneID(index: 1)), job(1), job(2)))
        #expect(queue != QueueMachine(job(3, lane: LaneID(index: 1)), job(2), job(1), at: 1))
        #expect(queue != QueueMachine(job(3, lane: LaneID(index: 1)), job(2), job(1, .low)))
        #expect(queue != QueueMachine(job(3, lane: LaneID(index: 1)), job(2)))
        var leased = queue
        _ = leased.lease(from: LaneID(index: 1), at: at(0))
        #expect(leased != queue)
        var other = queue
        other.update(QueueMachine(capacity: 5).policy)
        #expect(other != queue)
        var expiring = QueueMachine(job(1, expiresAt: 1))
        _ = expiring.lease(from: lane, at: at(2))
        #expect(expiring != QueueMachine())
    }

    /// The order in which a queue gives its ready jobs.
    private func order(_ queue: QueueMachine, _ now: Timestamp) -> [[JobID]] {
        var queue = queue
        return (0..<3).map { index in
            var ids: [JobID] = []
            while let job = queue.lease(from: LaneID(index: index), at: now) { ids.append(job.id) }
            return ids
        }
    }
}

extension QueueMachine {
    fileprivate mutating func forgetRelayedCalls() {
        for job in slots.filter({ $0.state != .free }).map(\.job) where !job.isDurable {
            if finish(job.id) == nil { _ = cancel(job.id) }
        }
    }
}
