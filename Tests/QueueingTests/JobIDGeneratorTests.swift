import Queueing
import TestSupport
import Testing
import Timekeeping

@Suite struct JobIDGeneratorTests {
    private let start = Timestamp(milliseconds: 1_795_190_400_000)

    @Test func `an id tells the millisecond in which it was made`() {
        var generator = JobIDGenerator(seed: 1)
        let ids = [generator.next(at: start), generator.next(at: start + .seconds(1))]
        #expect(ids.map { $0.rawValue >> 20 } == [1_795_190_400_000, 1_795_190_401_000])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `ids never repeat and always increase, whatever the clock does`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var generator = JobIDGenerator(seed: seed)
        var now = start
        var last = JobID(rawValue: 0)
        for _ in 0..<20_000 {
            switch Int.random(in: 0..<100, using: &chance) {
            case 0: now = now + .seconds(-Int.random(in: 1...3600, using: &chance))
            case 1: now = now + .milliseconds(-1)
            case 2..<30: now = now + .milliseconds(Int.random(in: 1...50, using: &chance))
            case 30: now = now + .seconds(Int.random(in: 1...3600, using: &chance))
            default: break
            }
            let id = generator.next(at: now)
            guard id > last else {
                Issue.record("\(id) does not come after \(last)")
                return
            }
            last = id
        }
    }

    @Test func `more ids than the counter holds in one millisecond run ahead of the clock`() {
        var generator = JobIDGenerator(seed: 3)
        var last = generator.next(at: start)
        for _ in 0..<(1 << 20) {
            let id = generator.next(at: start)
            guard id > last else {
                Issue.record("\(id) does not come after \(last)")
                return
            }
            last = id
        }
        #expect(last.rawValue >> 20 == 1_795_190_400_001)
        #expect(generator.next(at: start + .milliseconds(1)) > last)
    }

    @Test func `a millisecond leaves room for half a million ids wherever its counter starts`() {
        for seed in 0..<1000 as Range<UInt64> {
            var generator = JobIDGenerator(seed: seed)
            let first = generator.next(at: start)
            #expect(first.rawValue & 0xF_FFFF < 1 << 19)
        }
    }

    @Test func `two generators begin at different points`() {
        let firsts = Set(
            (0..<1000 as Range<UInt64>).map { seed in
                var generator = JobIDGenerator(seed: seed)
                return generator.next(at: start)
            }
        )
        #expect(firsts.count > 950)
    }

    @Test func `times before 1970 count as 1970`() {
        var generator = JobIDGenerator(seed: 1)
        let first = generator.next(at: Timestamp(milliseconds: -5))
        #expect(generator.next(at: Timestamp(milliseconds: -4)) > first)
        #expect(first.rawValue >> 20 == 0)
    }

    @Test(arguments: [Int64.max, .max - 1, 1 << 44, 1 << 43, .min])
    func `a clock that has gone mad makes no id twice and runs out of none`(milliseconds: Int64) {
        var generator = JobIDGenerator(seed: 1)
        var last = JobID(rawValue: 0)
        for _ in 0..<3_000_000 {
            let id = generator.next(at: Timestamp(milliseconds: milliseconds))
            guard id > last else {
                Issue.record("\(id) does not come after \(last)")
                return
            }
            last = id
        }
    }
}
