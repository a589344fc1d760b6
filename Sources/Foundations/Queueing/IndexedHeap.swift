/// A 4-ary minimum heap of slots that finds each slot's place in it, so that a slot can leave or move from anywhere.
///
/// Insertion, change and removal take O(log n), the first is at hand. Four children lie side by side in memory, which halves
/// the cache misses of a binary heap (LaMarca and Ladner, "The influence of caches on the performance of heaps", 1996).
public struct IndexedHeap: Sendable {
    public struct Entry: Equatable, Sendable {
        public var key: Int64
        /// Decides between equal keys.
        public var tie: UInt64
        public var slot: Int32

        static func < (left: Entry, right: Entry) -> Bool {
            left.key != right.key ? left.key < right.key : left.tie < right.tie
        }
    }

    private var part = HeapPart()
    /// By slot: its index in the heap, or -1.
    private var positions: [Int32] = []

    public init() {}

    public var count: Int { part.count }

    public var first: Entry? { part.first }

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
