/// A 4-ary minimum heap of slots that finds each slot's place in it, so that a slot can leave or move from anywhere.
///
/// Insertion, change and removal take O(log n), the first is at hand. Four children lie side by side in memory, which halves
/// the cache misses of a binary heap (LaMarca and Ladner, "The influence of caches on the performance of heaps", 1996).
public struct IndexedHeap: Sendable {
    /// A slot that is in the heap, with what decides its place.
    public struct Entry: Equatable, Sendable {
        /// The slot with the smallest key comes first.
        public var key: Int64
        /// Decides between equal keys.
        public var tie: UInt64
        /// A small number that the owner gives out, 0 or more: the heap keeps an array by it.
        public var slot: Int32

        static func < (left: Entry, right: Entry) -> Bool {
            left.key != right.key ? left.key < right.key : left.tie < right.tie
        }
    }

    private var part = HeapPart()
    /// By slot: its index in the heap, or -1.
    private var positions: [Int32] = []

    /// An empty heap.
    public init() {}

    /// How many slots are in.
    public var count: Int { part.count }

    /// The slot with the smallest key, of equal keys the smallest `tie`; `nil` when the heap is empty.
    public var first: Entry? { part.first }

    /// Whether the slot is in the heap: any number from 0 may be asked for.
    public func contains(_ slot: Int32) -> Bool {
        Int(slot) < positions.count && positions[Int(slot)] >= 0
    }

    /// Puts a slot in, or moves it when it is in already.
    public mutating func set(_ slot: Int32, key: Int64, tie: UInt64 = 0) {
        while positions.count <= Int(slot) { positions.append(-1) }
        part.set(Entry(key: key, tie: tie, slot: slot), &positions)
    }

    /// Takes a slot out; nothing happens when it is not in.
    public mutating func remove(_ slot: Int32) {
        guard contains(slot) else { return }
        part.remove(slot, &positions)
    }
}

/// The heap of `IndexedHeap`, with the slots' places kept outside of it, so that many heaps that share no slot share one table of
/// places.
struct HeapPart: Sendable {
    typealias Entry = IndexedHeap.Entry

    private var entries: [Entry] = []

    var count: Int { entries.count }

    var first: Entry? { entries.first }

    /// Puts a slot in, or moves it when it is in already.
    ///
    /// - Parameter positions: By slot: its index in its heap, or -1. Long enough for the slot.
    mutating func set(_ entry: Entry, _ positions: inout [Int32]) {
        let index = Int(positions[Int(entry.slot)])
        guard index < 0 else { return settle(entry, at: index, &positions) }
        entries.append(entry)
        siftUp(entry, from: entries.count - 1, &positions)
    }

    /// Takes a slot out that is in.
    mutating func remove(_ slot: Int32, _ positions: inout [Int32]) {
        let index = Int(positions[Int(slot)])
        positions[Int(slot)] = -1
        let last = entries.removeLast()
        if index < entries.count { settle(last, at: index, &positions) }
    }

    private mutating func settle(_ entry: Entry, at index: Int, _ positions: inout [Int32]) {
        if index > 0, entry < entries[(index - 1) / 4] {
            siftUp(entry, from: index, &positions)
        } else {
            siftDown(entry, from: index, &positions)
        }
    }

    private mutating func siftUp(_ entry: Entry, from start: Int, _ positions: inout [Int32]) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 4
            guard entry < entries[parent] else { break }
            put(entries[parent], at: index, &positions)
            index = parent
        }
        put(entry, at: index, &positions)
    }

    private mutating func siftDown(_ entry: Entry, from start: Int, _ positions: inout [Int32]) {
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
            put(entries[smallest], at: index, &positions)
            index = smallest
        }
        put(entry, at: index, &positions)
    }

    private mutating func put(_ entry: Entry, at index: Int, _ positions: inout [Int32]) {
        entries[index] = entry
        positions[Int(entry.slot)] = Int32(truncatingIfNeeded: index)
    }
}
