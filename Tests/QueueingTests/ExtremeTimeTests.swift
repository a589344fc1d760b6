import Testing
import Timekeeping

@testable import Queueing

/// Times and sizes that no clock shows and no sane file says.
@Suite struct ExtremeTimeTests {
    private static let numbers: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]

    @Test(arguments: numbers) func `a queue takes any times and any step of the clock`(number: Int64) {
        let lane = LaneID(index: 0)
        var policy = QueuePolicy()
        policy.ageingStep = .milliseconds(number)
        var queue = QueueMachine(policy)
        var id: UInt64 = 0
        for now in Self.numbers + Self.numbers.reversed() {
            let now = Timestamp(milliseconds: now)
            for time in Self.numbers {
                id += 1
                let time = Timestamp(milliseconds: time)
                let other = Timestamp(milliseconds: number)
                let job = Job(
                    id: JobID(rawValue: id),
                    lane: lane,
                    priority: .low,
                    acceptedAt: time,
                    notBefore: other,
                    expiresAt: time
                )
                _ = queue.admit(job, at: now)
                _ = queue.restore(Job(id: JobID(rawValue: id + 1000), lane: lane, acceptedAt: other), at: now)
            }
            // At the end of time nothing is later than now, and what goes back is ready again.
            for _ in 0..<Int(id) {
                guard let job = queue.lease(from: lane, at: now) else { break }
                queue.requeue(job.id, notBefore: .distantFuture, front: true, at: now)
            }
            _ = queue.head(of: lane, at: now)
            _ = queue.advance(to: now)
            _ = queue.snapshot
        }
        #expect(queue.count <= 2 * Int(id))
    }

    @Test(
        arguments: [(Int.max, 1.0, 0), (.max, 0, .max), (.max, .nan, .max), (10, 0.25, 8), (0, 1, 0), (-5, 0.5, -5)]
            as [(Int, Double, Int)]
    )
    func `the open part of any capacity is within it`(capacity: Int, reserve: Double, open: Int) {
        var policy = QueuePolicy()
        policy.capacity = capacity
        policy.reserve = reserve
        #expect(policy.openCapacity == open)
    }
}
