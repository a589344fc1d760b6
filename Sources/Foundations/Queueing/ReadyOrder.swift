/// Whose turn it is among the lanes that have ready jobs and may go.
///
/// A level is one lane's jobs of one priority. Levels of one priority whose lanes are in one group form a bin; a bin that is open and
/// has a level that may go stands in the line of its priority and kind (durable or not). Among levels of one priority and kind
/// ageing changes nothing in the order: it raises who has waited longest first. So a line is in order of the time of waiting alone,
/// whatever the time is, and only the firsts of the lines need to be compared by their priority of the moment.
///
/// Every change costs O(log n) in levels; closing a bin takes one entry out of its line, however many levels it has.
struct ReadyOrder: Sendable {
    private struct Bin: Sendable {
        var levels = HeapPart()
        var isOpen = true
    }

    private static let priorities = Priority.allCases.count

    /// By group and priority.
    private var bins: [Bin] = []
    /// By group.
    private var isDurable: [Bool] = []
    /// By priority, relayed and durable; of bins.
    private var lines = [HeapPart](repeating: HeapPart(), count: 2 * ReadyOrder.priorities)
    private var levelPositions: [Int32] = []
    private var binPositions: [Int32] = []

    mutating func addGroup(isDurable: Bool) -> GroupID {
        self.isDurable.append(isDurable)
        for _ in Priority.allCases {
            bins.append(Bin())
            binPositions.append(-1)
        }
        return GroupID(index: self.isDurable.count - 1)
    }

    mutating func addLevels() {
        for _ in Priority.allCases { levelPositions.append(-1) }
    }

    /// The level whose turn it is.
    func first(of priority: Priority, isDurable: Bool) -> Int? {
        guard let bin = lines[ReadyOrder.line(priority, isDurable)].first else { return nil }
        return bins[Int(bin.slot)].levels.first.map { Int($0.slot) }
    }

    func isOpen(_ group: GroupID, _ priority: Priority) -> Bool {
        bins[ReadyOrder.bin(group, priority)].isOpen
    }

    mutating func setOpen(_ isOpen: Bool, group: GroupID, _ priority: Priority) {
        let bin = ReadyOrder.bin(group, priority)
        guard bins[bin].isOpen != isOpen else { return }
        bins[bin].isOpen = isOpen
        standInLine(bin)
    }

    /// A level of the group may go; its first job has been ready since `key`.
    mutating func set(_ level: Int, group: GroupID, key: Int64, tie: UInt64) {
        let bin = ReadyOrder.bin(group, ReadyOrder.priority(of: level))
        let entry = IndexedHeap.Entry(key: key, tie: tie, slot: Int32(truncatingIfNeeded: level))
        let before = bins[bin].levels.first
        bins[bin].levels.set(entry, &levelPositions)
        if bins[bin].levels.first != before { standInLine(bin) }
    }

    /// A level has nothing ready, or may not go.
    mutating func remove(_ level: Int, group: GroupID) {
        guard levelPositions[level] >= 0 else { return }
        let bin = ReadyOrder.bin(group, ReadyOrder.priority(of: level))
        let before = bins[bin].levels.first
        bins[bin].levels.remove(Int32(truncatingIfNeeded: level), &levelPositions)
        if bins[bin].levels.first != before { standInLine(bin) }
    }

    /// The bin's place in its line is by its first level; closed or empty it has none.
    private mutating func standInLine(_ bin: Int) {
        let group = bin / ReadyOrder.priorities
        let line = ReadyOrder.line(ReadyOrder.priority(of: bin), isDurable[group])
        let slot = Int32(truncatingIfNeeded: bin)
        if bins[bin].isOpen, var entry = bins[bin].levels.first {
            entry.slot = slot
            lines[line].set(entry, &binPositions)
        } else if binPositions[bin] >= 0 {
            lines[line].remove(slot, &binPositions)
        }
    }

    private static func bin(_ group: GroupID, _ priority: Priority) -> Int {
        group.index * priorities + Int(priority.rawValue)
    }

    private static func line(_ priority: Priority, _ isDurable: Bool) -> Int {
        Int(priority.rawValue) * 2 + (isDurable ? 1 : 0)
    }

    /// Levels and bins are counted alike.
    private static func priority(of index: Int) -> Priority {
        Priority(rawValue: UInt8(truncatingIfNeeded: index % priorities)) ?? .low
    }
}
