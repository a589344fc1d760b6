import Queueing
import TestSupport
import Testing
import Timekeeping

@Suite struct QueueModelTests {
    private static func policy(_ seed: UInt64) -> QueuePolicy {
        var policy = QueuePolicy()
        policy.capacity = seed % 2 == 0 ? 20 : 1000
        policy.reserve = 0.2
        policy.weights = [1, 3, 1, 7]
        policy.ageingStep = .seconds(Int(seed % 4) * 3 + 1)
        policy.ageingCeiling = seed % 5 == 0 ? .normal : .high
        return policy
    }

    @Test(arguments: 0..<120 as Range<UInt64>)
    func `the queue answers like the plain model`(seed: UInt64) {
        var schedule = QueueSchedule(seed: seed)
        var queue = QueueMachine(QueueModelTests.policy(seed))
        for lane in 0..<3 { queue.setBound(QueueModel.bound, of: LaneID(index: lane)) }
        var model = QueueModel(QueueModelTests.policy(seed))
        for number in 0..<300 {
            let step = schedule.next()
            let expected = model.apply(step, at: schedule.now)
            let answer = queue.apply(step, at: schedule.now)
            if case .lease = step, case .job(let job?) = answer { schedule.leased.append(job.id) }
            guard answer == expected, agree(queue, model, schedule.now) else {
                Issue.record("step \(number), \(step): \(answer), expected \(expected)")
                return
            }
        }
    }

    private func agree(_ queue: QueueMachine, _ model: QueueModel, _ now: Timestamp) -> Bool {
        let ready = model.entries.filter { $0.state == .ready }
        return queue.count == model.entries.count
            && queue.durableCount == model.entries.count { $0.job.isDurable }
            && Set(queue.readyLanes) == Set(ready.map(\.job.lane))
            && queue.readyLanes.count == Set(queue.readyLanes).count
            && Priority.allCases.allSatisfy { priority in
                let level = model.entries.filter { $0.job.priority == priority }
                return queue.counts(of: priority)
                    == QueueCounts(
                        ready: level.count { $0.state == .ready },
                        scheduled: level.count { $0.state == .scheduled && !$0.isDue },
                        retrying: level.count { $0.state == .scheduled && $0.isDue },
                        inFlight: level.count { $0.state == .inFlight }
                    )
                    && queue.oldestReady(priority) == model.oldestReady(priority)
                    && (0..<3).map(LaneID.init)
                        .allSatisfy { lane in
                            let due = level.filter { $0.job.lane == lane && $0.isDue && $0.job.promise != .none }
                            return queue.dueCount(in: lane, of: priority) == due.count
                        }
            }
            && (0..<3).map(LaneID.init).allSatisfy { queue.head(of: $0, at: now) == model.best($0, now) }
            && model.entries.allSatisfy {
                queue.job($0.job.id) == $0.job && queue.isLeased($0.job.id) == ($0.state == .inFlight)
            }
    }
}
