internal import Timekeeping

/// Knows the waiting job that was accepted first, for each priority.
///
/// Jobs come in the order of their acceptance but for retries and redrives, so nearly all live in a list that sorts itself
/// (O(1) in and out); the others are in a heap. The oldest is the first of one or the other.
struct WaitingAges: Sendable {
    private struct Level: Sendable {
        var inOrder = SlotList()
        /// Nothing in the list was accepted later than this.
        var latest = Int64.min
        var others = IndexedHeap()
    }

    private var levels = [Level](repeating: Level(), count: Priority.allCases.count)
    private var links: [SlotList.Links] = []

    mutating func insert(_ slot: Int32, _ job: Job) {
        while links.count <= Int(slot) { links.append(SlotList.Links(previous: SlotList.none, next: SlotList.none)) }
        let level = Int(job.priority.rawValue)
        let key = job.acceptedAt.milliseconds
        if key >= levels[level].latest || levels[level].inOrder.isEmpty {
            levels[level].latest = key
            levels[level].inOrder.append(slot, &links)
        } else {
            levels[level].others.set(slot, key: key, tie: job.id.rawValue)
        }
    }

    mutating func remove(_ slot: Int32, _ job: Job) {
        let level = Int(job.priority.rawValue)
        if levels[level].others.contains(slot) {
            levels[level].others.remove(slot)
        } else {
            levels[level].inOrder.remove(slot, &links)
        }
    }

    func oldest(_ priority: Priority, in slots: [Slot]) -> Timestamp? {
        let level = levels[Int(priority.rawValue)]
        let other = level.others.first.map { Timestamp(milliseconds: $0.key) }
        guard !level.inOrder.isEmpty else { return other }
        let first = slots[Int(level.inOrder.first)].job.acceptedAt
        return other.map { min($0, first) } ?? first
    }
}
