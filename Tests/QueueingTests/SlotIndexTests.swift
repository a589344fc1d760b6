import TestSupport
import Testing
import Timekeeping

@testable import Queueing

@Suite struct SlotIndexTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `it agrees with a dictionary through random changes`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        let slots = (0..<3000).map { number in
            // Half of them as generated, half spread over all 64 bits.
            let raw = number % 2 == 0 ? UInt64(1_795_190_400_000 + number / 30) << 20 | UInt64(number) : chance.next()
            return Slot(job: Job(id: JobID(rawValue: raw), lane: lane, acceptedAt: at(0)), state: .ready)
        }
        var index = SlotIndex()
        var model: [JobID: Int32] = [:]
        for step in 0..<20_000 {
            // Grows, shrinks, grows.
            let isGrowing = step / 5000 != 1
            let slot = Int32.random(in: 0..<Int32(slots.count), using: &chance)
            let id = slots[Int(slot)].job.id
            if Int.random(in: 0..<10, using: &chance) < (isGrowing ? 7 : 2) {
                guard model[id] == nil else { continue }
                index.insert(id, slot: slot)
                model[id] = slot
            } else {
                index.remove(id, in: slots)
                model[id] = nil
            }
            guard index.slot(of: id, in: slots) == model[id], index.count == model.count else {
                Issue.record("differs at step \(step)")
                return
            }
        }
        for slot in slots { #expect(index.slot(of: slot.job.id, in: slots) == model[slot.job.id]) }
    }
}
