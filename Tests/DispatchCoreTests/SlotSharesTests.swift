import Queueing
import Testing

@testable import DispatchCore

struct SlotSharesTests {
    @Test func `whoever is alone has three quarters, and the rest is shared`() {
        var own = 0
        while SlotShares.allows(own: own, taken: own, of: 256, priority: .urgent) { own += 1 }
        #expect(own == 192)
        var other = 0
        while SlotShares.allows(own: other, taken: own + other, of: 256, priority: .urgent) { other += 1 }
        #expect(other == 48)
    }

    @Test func `one place in ten is left for what is urgent`() {
        #expect(!SlotShares.allows(own: 0, taken: 90, of: 100, priority: .normal))
        #expect(SlotShares.allows(own: 0, taken: 90, of: 100, priority: .high))
    }

    @Test(arguments: 1...8) func `a small pool can be used up to its last place`(_ size: Int) {
        var taken = 0
        for _ in 0..<size where SlotShares.allows(own: 0, taken: taken, of: size, priority: .urgent) { taken += 1 }
        #expect(taken == size)
    }

    @Test(arguments: [Int.max, Int.min, 0, -1]) func `no size is a trap`(_ size: Int) {
        _ = SlotShares.allows(own: 0, taken: 0, of: size, priority: .low)
        #expect(!SlotShares.allows(own: 5, taken: 5, of: min(size, 5), priority: .low))
    }
}
