import Queueing
import Timekeeping

/// Seconds after the tests' beginning.
func at(_ seconds: Double) -> Timestamp {
    Timestamp(milliseconds: 1_795_190_400_000 + Int64(seconds * 1000))
}

func id(_ number: Int) -> JobID {
    JobID(rawValue: UInt64(number))
}

let lane = LaneID(index: 0)

func job(
    _ number: Int,
    _ priority: Priority = .normal,
    lane: LaneID = lane,
    acceptedAt: Double = 0,
    notBefore: Double? = nil,
    expiresAt: Double? = nil,
    isDurable: Bool = true
) -> Job {
    Job(
        id: id(number),
        lane: lane,
        priority: priority,
        isDurable: isDurable,
        acceptedAt: at(acceptedAt),
        notBefore: notBefore.map(at),
        expiresAt: expiresAt.map(at)
    )
}

extension QueueMachine {
    init(capacity: Int, reserve: Double = 0) {
        var policy = QueuePolicy()
        policy.capacity = capacity
        policy.reserve = reserve
        self.init(policy)
    }

    /// Lets jobs in at one time, which must all be taken.
    init(_ jobs: Job..., at seconds: Double = 0) {
        self.init()
        for job in jobs { _ = admit(job, at: QueueingTests.at(seconds)) }
    }

    /// Leases all that is ready in a lane, and tells the numbers of the jobs.
    mutating func drain(_ lane: LaneID = lane, at seconds: Double) -> [Int] {
        var numbers: [Int] = []
        while let job = lease(from: lane, at: QueueingTests.at(seconds)) { numbers.append(Int(job.id.rawValue)) }
        return numbers
    }

    /// Leases from a lane, and tells the number of the job.
    mutating func take(_ lane: LaneID = lane, at seconds: Double) -> Int? {
        lease(from: lane, at: QueueingTests.at(seconds)).map { Int($0.id.rawValue) }
    }

    /// Lets time pass, and tells the numbers of the jobs that expired.
    mutating func expire(at seconds: Double) -> [Int] {
        advance(to: QueueingTests.at(seconds)).expired.map { Int($0.id.rawValue) }
    }

    /// Lets time pass, and tells how many jobs became ready.
    mutating func ripen(at seconds: Double) -> Int {
        advance(to: QueueingTests.at(seconds)).readied
    }
}
