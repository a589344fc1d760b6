import TestSupport
import Testing
import Timekeeping

@testable import Queueing

/// Whose turn it is, compared with a plain search over everything.
@Suite struct ReadyOrderTests {
    private static let lanes = 12

    /// Lanes 0..<12 in four groups, of which every second one is for durable jobs.
    private func queue() -> QueueMachine {
        var queue = QueueMachine()
        for number in 0..<4 { #expect(queue.addGroup(isDurable: number % 2 == 1).index == number) }
        for lane in 0..<ReadyOrderTests.lanes { queue.setGroup(GroupID(index: lane % 4), of: LaneID(index: lane)) }
        return queue
    }

    private func plainSearch(
        _ queue: QueueMachine,
        _ groups: [GroupID],
        _ priority: Priority,
        isDurable: Bool,
        at now: Timestamp
    ) -> JobID? {
        var best: Slot?
        for (lane, group) in groups.enumerated() where (group.index % 2 == 1) == isDurable {
            guard queue.isOpen(LaneID(index: lane)), queue.isOpen(group: group, priority) else { continue }
            let level = QueueMachine.level(LaneID(index: lane), priority)
            guard level < queue.levels.count, !queue.levels[level].line.isEmpty else { continue }
            let slot = queue.slots[Int(queue.levels[level].line.next)]
            if let best, (best.readySince, best.job.id) <= (slot.readySince, slot.job.id) { continue }
            best = slot
        }
        return best?.job.id
    }

    @Test(arguments: 1...60) func `the first is the one that a plain search finds`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var queue = queue()
        var groups = (0..<ReadyOrderTests.lanes).map { GroupID(index: $0 % 4) }
        var (now, ids, leased) = (Timestamp(milliseconds: 1_000_000), UInt64(0), [JobID]())
        for _ in 0..<600 {
            let lane = LaneID(index: Int.random(in: 0..<ReadyOrderTests.lanes, using: &generator))
            let priority = try #require(Priority.allCases.randomElement(using: &generator))
            now = now + .milliseconds(Int.random(in: 0...400, using: &generator))
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4:
                ids += 1
                let isLate = Bool.random(using: &generator)
                let job = Job(
                    id: JobID(rawValue: ids),
                    lane: lane,
                    priority: priority,
                    isDurable: groups[lane.index].index % 2 == 1,
                    acceptedAt: now,
                    notBefore: isLate ? now + .milliseconds(Int.random(in: 1...900, using: &generator)) : nil,
                    expiresAt: Int.random(in: 0..<4, using: &generator) == 0 ? now + .seconds(3) : nil
                )
                _ = queue.admit(job, at: now)
            case 4:
                if let job = queue.lease(from: lane, priority, at: now) { leased.append(job.id) }
            case 5:
                guard let id = leased.popLast() else { continue }
                _ = queue.requeue(id, notBefore: nil, front: Bool.random(using: &generator), at: now)
            case 6: queue.setOpen(Bool.random(using: &generator), lane)
            case 7: queue.setOpen(Bool.random(using: &generator), group: groups[lane.index], priority)
            case 8:
                // To the other group of its kind.
                groups[lane.index] = GroupID(index: (groups[lane.index].index + 2) % 4)
                queue.setGroup(groups[lane.index], of: lane)
            default: _ = queue.advance(to: now)
            }
            for isDurable in [false, true] {
                for priority in Priority.allCases {
                    let expected = plainSearch(queue, groups, priority, isDurable: isDurable, at: now)
                    #expect(queue.first(of: priority, isDurable: isDurable, at: now)?.head.id == expected)
                }
            }
        }
    }

    @Test func `calls that become ready where nothing can leave are told, and messages are not`() {
        var queue = queue()
        let now = Timestamp(milliseconds: 1_000_000)
        let (closed, behindClosed, open, durable) = (
            LaneID(index: 0), LaneID(index: 2), LaneID(index: 4), LaneID(index: 1)
        )
        for lane in [closed, durable] { queue.setOpen(false, lane) }
        queue.setOpen(false, group: GroupID(index: 2), .high)
        for (number, lane) in [closed, behindClosed, open, durable].enumerated() {
            let id = JobID(rawValue: UInt64(number + 1))
            _ = queue.admit(
                Job(id: id, lane: lane, priority: .high, isDurable: lane == durable, acceptedAt: now),
                at: now
            )
        }
        #expect(queue.takeArrivals() == [closed, behindClosed])
        #expect(queue.takeArrivals() == [])
    }
}
