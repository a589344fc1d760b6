/// A 4-ary minimum heap of slots that finds each slot's place in it, so that a slot can leave or move from anywhere.
///
/// Insertion, change and removal take O(log n), the first is at hand. Four children lie side by side in memory, which halves
/// the cache misses of a binary heap (LaMarca and Ladner, "The influence of caches on the performance of heaps", 1996).
struct IndexedHeap: Sendable {
    struct Entry: Equatable, Sendable {
        var key: Int64
        /// Decides between equal keys.
        var tie: UInt64
        var slot: Int32

        static func < (left: Entry, right: Entry) -> Bool {
            left.key != right.key ? left.key < right.key : left.tie < right.tie
        }
    }

    private var entries: [Entry] = []
    /// By slot: its index in `entries`, or -1.
    private var positions: [Int32] = []

    var count: Int { entries.count }

    var first: Entry? { entries.first }

    func contains(_ slot: Int32) -> Bool {
        Int(slot) < positions.count && positions[Int(slot)] >= 0
    }

    /// Puts a slot in, or moves it when it is in already.
    mutating func set(_ slot: Int32, key: Int64, tie: UInt64) {
        let entry = Entry(key: key, tie: tie, slot: slot)
        if contains(slot) {
            settle(entry, at: Int(positions[Int(slot)]))
            return
        }
        while positions.count <= Int(slot) { positions.append(-1) }
        entries.append(entry)
        siftUp(entry, from: entries.count - 1)
    }

    /// Takes a slot out; nothing happens when it is not in.
    mutating func remove(_ slot: Int32) {
        guard contains(slot) else { return }
        let index = Int(positions[Int(slot)])
        positions[Int(slot)] = -1
        let last = entries.removeLast()
        if index < entries.count { settle(last, at: index) }
    }

    private mutating func settle(_ entry: Entry, at index: Int) {
        if index > 0, entry < entries[(index - 1) / 4] {
            siftUp(entry, from: index)
        } else {
            siftDown(entry, from: index)
        }
    }

    private mutating func siftUp(_ entry: Entry, from start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 4
            guard entry < entries[parent] else { break }
            put(entries[parent], at: index)
            index = parent
        }
        put(entry, at: index)
    }

    private mutating func siftDown(_ entry: Entry, from start: Int) {
        var index = start
        while true {
            let firstChild = index * 4 + 1
            guard firstChild < entries.count else { break }
            var smallest = firstChild
            for child in firstChild + 1..<max(firstChild + 1, min(firstChild + 4, entries.count))
            where entries[child] < entries[smallest] {
                smallest = child
            }
            guard entries[smallest] < entry else { break }
            put(entries[smallest], at: index)
            index = smallest
        }
        put(entry, at: index)
    }

    private mutating func put(_ entry: Entry, at index: Int) {
        entries[index] = entry
        positions[Int(entry.slot)] = Int32(truncatingIfNeeded: index)
    }
}
