@testable import Queueing

extension QueueMachine: Equatable {
    /// Whether both hold the same jobs in the same states, order and age under the same policy, so that they behave alike from
    /// now on. Where in memory a job lies, and in which order lanes are listed, plays no part.
    static func == (left: QueueMachine, right: QueueMachine) -> Bool {
        guard left.policy == right.policy, left.count == right.count else { return false }
        guard left.lapsed.sorted(by: { $0.id < $1.id }) == right.lapsed.sorted(by: { $0.id < $1.id }) else {
            return false
        }
        for slot in left.slots where slot.state != .free {
            guard let other = right.index.slot(of: slot.job.id, in: right.slots) else { return false }
            let twin = right.slots[Int(other)]
            guard slot.job == twin.job, slot.state == twin.state else { return false }
            if slot.state == .ready, left.clock.wall(slot.readySince) != right.clock.wall(twin.readySince) {
                return false
            }
        }
        return (0..<max(left.levels.count, right.levels.count)).allSatisfy { left.ready($0) == right.ready($0) }
    }

    /// The ids of the ready jobs in order, of the share of a level whose turn it is.
    private func ready(_ level: Int) -> [JobID] {
        guard level < levels.count else { return [] }
        var ids: [JobID] = []
        var slot = levels[level].line.next
        while slot != SlotList.none {
            ids.append(slots[Int(slot)].job.id)
            slot = links[Int(slot)].next
        }
        return ids
    }
}
