import Testing

@testable import Eventing

@Suite struct ReplayMemoryTests {
    private let now: Int64 = 1_795_190_400

    @Test func `a signature is taken once, for as long as its time is good`() {
        let memory = ReplayMemory()
        func use(_ mark: UInt128, seconds: Int64, now: Int64) -> ReplayMemory.Answer {
            memory.use(mark, of: "a", seconds: seconds, now: now, isAlone: true)
        }
        #expect(use(1, seconds: now, now: now) == .taken)
        #expect(use(1, seconds: now, now: now) == .replay)
        #expect(use(2, seconds: now, now: now) == .taken)
        // One from a clock that is five minutes ahead is good for ten.
        #expect(use(3, seconds: now + 300, now: now) == .taken)
        for later in stride(from: Int64(0), through: 600, by: 30) {
            #expect(use(3, seconds: now + 300, now: now + later) == .replay)
            if later <= 300 { #expect(use(1, seconds: now, now: now + later) == .replay) }
        }
    }

    @Test func `what came of nothing may come again`() {
        let memory = ReplayMemory(size: 1)
        #expect(memory.use(1, of: "a", seconds: now, now: now, isAlone: true) == .taken)
        memory.giveBack(1, of: "a", seconds: now)
        memory.giveBack(1, of: "a", seconds: now)
        #expect(memory.use(1, of: "a", seconds: now, now: now, isAlone: true) == .taken)
    }

    @Test func `one that sends too much is refused, alone, and until its oldest is forgotten`() {
        let memory = ReplayMemory(size: 8)
        var taken = 0
        while memory.use(UInt128(taken), of: "a", seconds: now, now: now, isAlone: false) == .taken { taken += 1 }
        #expect(taken == 4)
        #expect(memory.use(99, of: "a", seconds: now, now: now, isAlone: false) == .full(.seconds(360)))
        #expect(memory.use(99, of: "b", seconds: now, now: now, isAlone: false) == .taken)
        // A replay of what it has is still a replay.
        #expect(memory.use(0, of: "a", seconds: now, now: now, isAlone: false) == .replay)
        #expect(memory.use(99, of: "a", seconds: now + 361, now: now + 361, isAlone: false) == .taken)
    }
}
