import TestSupport
import Testing

@testable import Queueing

@Suite struct IndexedHeapTests {
    @Test func `the smallest key is first, and the tie decides between equal ones`() {
        var heap = IndexedHeap()
        heap.set(4, key: 20, tie: 1)
        heap.set(2, key: 10, tie: 9)
        heap.set(7, key: 10, tie: 3)
        #expect(heap.first == IndexedHeap.Entry(key: 10, tie: 3, slot: 7))
        heap.set(7, key: 30, tie: 3)
        #expect(heap.first?.slot == 2)
        heap.remove(2)
        #expect(heap.first?.slot == 4)
        heap.remove(99)
        #expect(heap.count == 2)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `it agrees with a sorted array through random changes`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var heap = IndexedHeap()
        var model: [Int32: IndexedHeap.Entry] = [:]
        for _ in 0..<600 {
            let slot = Int32.random(in: 0..<80, using: &chance)
            if Int.random(in: 0..<3, using: &chance) == 0 {
                heap.remove(slot)
                model[slot] = nil
            } else {
                let entry = IndexedHeap.Entry(
                    key: .random(in: 0..<40, using: &chance),
                    tie: UInt64(slot),
                    slot: slot
                )
                heap.set(slot, key: entry.key, tie: entry.tie)
                model[slot] = entry
            }
            #expect(heap.count == model.count)
            #expect(heap.contains(slot) == (model[slot] != nil))
            #expect(heap.first == model.values.min { ($0.key, $0.tie) < ($1.key, $1.tie) })
        }
        for entry in model.values.sorted(by: { ($0.key, $0.tie) < ($1.key, $1.tie) }) {
            #expect(heap.first == entry)
            heap.remove(entry.slot)
        }
        #expect(heap.first == nil)
    }
}
