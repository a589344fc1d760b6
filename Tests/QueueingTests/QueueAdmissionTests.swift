import Queueing
import Testing
import Timekeeping

@Suite struct QueueAdmissionTests {
    @Test func `a job waits for its turn, or for its time`() {
        var queue = QueueMachine()
        #expect(queue.admit(job(1), at: at(0)) == .ready)
        #expect(queue.admit(job(2, notBefore: 5), at: at(0)) == .scheduled(until: at(5)))
        #expect(queue.admit(job(3, notBefore: 0), at: at(0)) == .ready)
        #expect(queue.count == 3)
        #expect(queue.job(id(2)) == job(2, notBefore: 5))
        #expect(queue.job(id(4)) == nil)
    }

    @Test func `an id is let in once, waiting or in flight`() {
        var queue = QueueMachine(job(1))
        #expect(queue.admit(job(1), at: at(0)) == .refused(.duplicate))
        _ = queue.lease(from: lane, at: at(0))
        #expect(queue.admit(job(1), at: at(0)) == .refused(.duplicate))
        #expect(queue.restore(job(1), at: at(0)) == .refused(.duplicate))
        queue.finish(id(1))
        #expect(queue.admit(job(1), at: at(0)) == .ready)
    }

    @Test func `the capacity counts what waits and what is in flight`() {
        var queue = QueueMachine(capacity: 2)
        _ = queue.admit(job(1), at: at(0))
        _ = queue.admit(job(2, notBefore: 9), at: at(0))
        _ = queue.lease(from: lane, at: at(0))
        #expect(queue.admit(job(3, .urgent), at: at(0)) == .refused(.full(capacity: 2)))
        #expect(!queue.hasRoom(for: .urgent))
        queue.finish(id(1))
        #expect(queue.hasRoom(for: .low))
        #expect(queue.admit(job(3), at: at(0)) == .ready)
    }

    @Test(
        arguments: [(0.1, 9), (0, 10), (1, 0), (2, 0), (-1, 10), (0.55, 5), (.nan, 10), (.infinity, 0)]
            as [(Double, Int)]
    )
    func `normal and low jobs leave the reserve to the others`(reserve: Double, open: Int) {
        var queue = QueueMachine(capacity: 10, reserve: reserve)
        for number in 0..<open {
            #expect(queue.admit(job(number, number % 2 == 0 ? .normal : .low), at: at(0)) == .ready)
        }
        let refusal: QueueMachine.Refusal = open == 10 ? .full(capacity: 10) : .reserved
        for priority in [Priority.normal, .low] {
            #expect(!queue.hasRoom(for: priority))
            #expect(queue.admit(job(99, priority), at: at(0)) == .refused(refusal))
        }
        for number in open..<10 {
            #expect(queue.hasRoom(for: .high))
            #expect(queue.admit(job(number, number % 2 == 0 ? .urgent : .high), at: at(0)) == .ready)
        }
        #expect(queue.admit(job(99, .urgent), at: at(0)) == .refused(.full(capacity: 10)))
    }

    @Test func `urgent and high jobs use up the common part first`() {
        var queue = QueueMachine(capacity: 10, reserve: 0.2)
        for number in 0..<8 { _ = queue.admit(job(number, .high), at: at(0)) }
        #expect(queue.admit(job(8), at: at(0)) == .refused(.reserved))
        #expect(queue.admit(job(8, .high), at: at(0)) == .ready)
    }

    @Test func `relayed calls neither need room nor take it`() {
        var queue = QueueMachine(capacity: 1)
        for number in 0..<5 { #expect(queue.admit(job(number, isDurable: false), at: at(0)) == .ready) }
        #expect(queue.durableCount == 0)
        #expect(queue.admit(job(10), at: at(0)) == .ready)
        #expect(queue.admit(job(11, isDurable: false), at: at(0)) == .ready)
        #expect(queue.count == 7)
        #expect(queue.durableCount == 1)
    }

    @Test func `what the journal kept comes back even if there is no room`() {
        var queue = QueueMachine(capacity: 1)
        for number in 0..<3 { #expect(queue.restore(job(number), at: at(0)) == .ready) }
        #expect(queue.durableCount == 3)
        #expect(!queue.hasRoom(for: .urgent))
    }

    @Test func `what comes back has waited since it was accepted or due`() {
        var queue = QueueMachine()
        queue.restore(job(1, acceptedAt: 0), at: at(500))
        queue.restore(job(2, lane: LaneID(index: 1), acceptedAt: 0, notBefore: 300), at: at(500))
        queue.restore(job(3, lane: LaneID(index: 2), acceptedAt: 900), at: at(500))
        #expect(queue.head(of: lane, at: at(500))?.readySince == at(0))
        #expect(queue.head(of: LaneID(index: 1), at: at(500))?.readySince == at(300))
        #expect(queue.head(of: LaneID(index: 2), at: at(500))?.readySince == at(500))
    }

    @Test func `a new policy holds from the next admission on`() {
        var queue = QueueMachine(capacity: 3)
        for number in 0..<3 { _ = queue.admit(job(number), at: at(0)) }
        var policy = queue.policy
        policy.capacity = 2
        queue.update(policy)
        #expect(queue.count == 3)
        #expect(queue.admit(job(5), at: at(0)) == .refused(.full(capacity: 2)))
        policy.capacity = 4
        queue.update(policy)
        #expect(queue.admit(job(5), at: at(0)) == .ready)
    }
}
