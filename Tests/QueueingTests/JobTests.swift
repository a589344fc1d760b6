import TestSupport
import Testing
import Timekeeping

@testable import Queueing

@Suite struct JobTests {
    @Test func `a job is small, and so is its place in the queue`() {
        #expect(MemoryLayout<Job>.size <= 56)
        #expect(MemoryLayout<Slot>.stride <= 80)
        #expect(MemoryLayout<IndexedHeap.Entry>.stride <= 24)
        // Slot, two lists, a timer with its position, and at worst four index cells.
        let each = MemoryLayout<Slot>.stride + 2 * MemoryLayout<SlotList.Links>.stride + 24 + 4 + 4 * 8
        #expect(each * 1_000_000 < 200_000_000)
    }

    @Test func `absent times stay absent`() {
        let job = Job(id: JobID(rawValue: 1), lane: LaneID(index: 0), acceptedAt: at(0))
        #expect(job.notBefore == nil)
        #expect(job.expiresAt == nil)
        #expect(job.firstAttemptAt == nil)
        #expect(job.priority == .normal)
        #expect(job.isDurable)
    }

    @Test(arguments: [Int64.min, .min + 1, -1, 0, 1, 1_795_190_400_000, .max])
    func `every time can be kept and taken away`(milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        let kept = Timestamp(milliseconds: max(milliseconds, .min + 1))
        var job = Job(
            id: JobID(rawValue: 1),
            lane: LaneID(index: 0),
            acceptedAt: time,
            notBefore: time,
            expiresAt: time,
            firstAttemptAt: time
        )
        #expect(job.notBefore == kept)
        #expect(job.expiresAt == kept)
        #expect(job.firstAttemptAt == kept)
        job.notBefore = nil
        job.expiresAt = nil
        job.firstAttemptAt = nil
        #expect(job == Job(id: JobID(rawValue: 1), lane: LaneID(index: 0), acceptedAt: time))
    }

    @Test(arguments: [UInt16.zero, 1, 0x0FF, 0x100, 0xF00, 0xFFF])
    func `flags, promise, durability and bound share no bit`(flags: UInt16) {
        for promise in [Promise.none, .open, .settled] {
            for isBounded in [false, true] {
                var job = Job(
                    id: JobID(rawValue: 1),
                    lane: lane,
                    isDurable: isBounded,
                    promise: promise,
                    acceptedAt: at(0),
                    flags: flags
                )
                job.isBounded = isBounded
                #expect(job.flags == flags && job.promise == promise)
                #expect(job.isBounded == isBounded && job.isDurable == isBounded)
                job.flags = ~flags
                #expect(job.flags == ~flags & 0xFFF && job.promise == promise && job.isBounded == isBounded)
            }
        }
    }

    @Test func `starts are counted up to the largest number`() {
        var job = Job(id: JobID(rawValue: 1), lane: LaneID(index: 0), acceptedAt: at(0), startedAttempts: .max - 1)
        job.countStart(at: at(5))
        job.countStart(at: at(6))
        #expect(job.startedAttempts == 16_777_215)
        #expect(job.firstAttemptAt == at(5))
    }

    @Test func `attempts are counted beyond 65,536`() {
        var queue = QueueMachine()
        let lane = LaneID(index: 0)
        _ = queue.admit(Job(id: JobID(rawValue: 1), lane: lane, acceptedAt: at(0)), at: at(0))
        for _ in 1...66_000 {
            _ = queue.lease(from: lane, at: at(1))
            queue.start(JobID(rawValue: 1), at: at(1))
            queue.requeue(JobID(rawValue: 1), notBefore: nil, at: at(1)) {
                $0.countedAttempts = $0.countedAttempts.saturatingAdd(1)
            }
        }
        #expect(queue.job(JobID(rawValue: 1))?.startedAttempts == 66_000)
        #expect(queue.job(JobID(rawValue: 1))?.countedAttempts == 66_000)
    }

    @Test(arguments: [(.max, 1), (.max, .max), (.max - 1, 2)] as [(UInt32, UInt32)])
    func `a count that is full stays full`(_ count: UInt32, _ more: UInt32) {
        #expect(count.saturatingAdd(more) == .max)
    }

    @Test func `a count that is not full grows by what is added`() {
        #expect(UInt32(65_535).saturatingAdd(1) == 65_536 && UInt32.zero.saturatingAdd(.max) == .max)
    }
}
