import TestSupport
import Testing
import Timekeeping

@testable import Queueing

/// Times in seconds, a promise of a minute.
@Suite struct AgeLedgerTests {
    private static let limit: Int64 = 60_000
    private var ledger = AgeLedger()

    private mutating func add(_ since: Int64, _ promise: Promise = .open, at now: Int64, isInherited: Bool = false) {
        let (since, now) = (since * 1000, now * 1000)
        ledger.add(since, promise, limit: AgeLedgerTests.limit, at: now, isInherited: isInherited)
    }

    private mutating func remove(_ since: Int64, _ promise: Promise = .open, as end: PromiseEnd, at now: Int64) {
        ledger.remove(since * 1000, promise, as: end, limit: AgeLedgerTests.limit, at: now * 1000)
    }

    private mutating func advance(to now: Int64) { ledger.advance(limit: AgeLedgerTests.limit, to: now * 1000) }

    // MARK: One job

    struct Ending: CustomTestStringConvertible {
        var end: PromiseEnd
        var age: Int64
        var promise = Promise.open
        var tally: PromiseTally

        var testDescription: String { "\(promise) \(end) after \(age) s" }
    }

    @Test(arguments: [
        Ending(end: .kept, age: 0, tally: PromiseTally(kept: 1)),
        Ending(end: .kept, age: 60, tally: PromiseTally(kept: 1)),
        Ending(end: .kept, age: 61, tally: PromiseTally(broken: 1)),
        Ending(end: .broken, age: 1, tally: PromiseTally(broken: 1)),
        Ending(end: .broken, age: 61, tally: PromiseTally(broken: 1)),
        Ending(end: .void, age: 1, tally: PromiseTally()),
        Ending(end: .void, age: 61, tally: PromiseTally(broken: 1)),
        Ending(end: .withdrawn, age: 61, tally: PromiseTally()),
        Ending(end: .kept, age: 1, promise: .settled, tally: PromiseTally()),
        Ending(end: .broken, age: 100, promise: .settled, tally: PromiseTally()),
    ])
    mutating func `a job's end is counted once, whether anybody looked meanwhile or not`(ending: Ending) {
        for looks in [false, true] {
            var copy = AgeLedgerTests()
            copy.add(1000, ending.promise, at: 1000)
            #expect(copy.ledger.count == 1 && copy.ledger.oldest == 1_000_000)
            if looks { copy.advance(to: 1000 + ending.age) }
            let before = copy.ledger.takeTally()
            copy.remove(1000, ending.promise, as: ending.end, at: 1000 + ending.age)
            var sum = before
            sum += copy.ledger.takeTally()
            #expect(sum == ending.tally || looks && ending.end == .withdrawn)
            #expect(copy.ledger.count == 0 && copy.ledger.oldest == nil && copy.ledger.buckets.isEmpty)
        }
    }

    @Test mutating func `a promise that breaks while nothing happens is counted by the next look, and once`() {
        add(100, at: 100)
        add(130, at: 130)
        advance(to: 160)
        #expect(ledger.takeTally() == PromiseTally())
        advance(to: 161)
        #expect(ledger.takeTally() == PromiseTally(broken: 1))
        advance(to: 170)
        remove(100, as: .kept, at: 170)
        #expect(ledger.takeTally() == PromiseTally())
        advance(to: 100_000)
        #expect(ledger.takeTally() == PromiseTally(broken: 1))
        #expect(ledger.oldest == 130_000)
    }

    @Test mutating func `a job that comes when its time is over is broken at once`() {
        add(100, at: 500)
        add(101, at: 500)
        #expect(ledger.takeTally() == PromiseTally(broken: 2))
        remove(100, as: .kept, at: 501)
        #expect(ledger.takeTally() == PromiseTally() && ledger.count == 1)
    }

    // MARK: A restart

    @Test(arguments: [(lastSeen: Int64(150), broken: 2), (180, 1), (300, 0)])
    mutating func `what was broken while the process before ran was counted by it`(lastSeen: Int64, broken: Int) {
        add(100, at: 300, isInherited: true)
        add(200, at: 300, isInherited: true)
        #expect(ledger.takeTally() == PromiseTally())
        ledger.settle(limit: AgeLedgerTests.limit, lastSeen: lastSeen * 1000)
        advance(to: 300)
        #expect(ledger.takeTally() == PromiseTally(broken: broken))
        #expect(ledger.count == 2 && ledger.oldest == 100_000)
    }

    // MARK: Bounds

    @Test mutating func `the jobs of a month take a few hundred buckets`() {
        var now: Int64 = 1_000_000
        let first = now
        while now < first + 30 * 86_400 {
            for _ in 0..<2 { add(now, at: now) }
            advance(to: now)
            now += 60
        }
        #expect(ledger.count == 2 * 30 * 1440)
        #expect(ledger.buckets.count <= AgeLedger.most)
        #expect(ledger.oldest.map { $0 <= first * 1000 } ?? false)
    }

    @Test mutating func `nobody has to look for it to stay small`() {
        for now in 0..<20_000 as Range<Int64> { add(now, at: now) }
        #expect(ledger.buckets.count <= AgeLedger.most && ledger.count == 20_000)
        // All that came back at a start, in no order.
        for number in 0..<20_000 as Range<Int64> { add(-number * 7919 % 1_000_000, at: 20_000, isInherited: true) }
        #expect(ledger.buckets.count <= AgeLedger.most && ledger.count == 40_000)
    }

    @Test(arguments: [Int64.min, .min + 1, -1, 0, .max - 1, .max])
    mutating func `no time traps, and what came in goes out`(since: Int64) {
        for limit in [0, 1, 60_000, Int64.max] {
            for now in [Int64.min, 0, .max] {
                var ledger = AgeLedger()
                ledger.add(since, .open, limit: limit, at: now)
                ledger.advance(limit: limit, to: now)
                ledger.remove(since, .open, as: .kept, limit: limit, at: now)
                #expect(ledger.count == 0)
                #expect(ledger.tally.kept + ledger.tally.broken == 1)
            }
        }
    }

    // MARK: A plain model

    @Test(arguments: 0..<60 as Range<UInt64>)
    mutating func `it counts as a list of all jobs does`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var (jobs, now, told) = ([Int64](), Int64(1_000_000), PromiseTally())
        var (kept, broken, open) = (0, 0, 0)
        for _ in 0..<600 {
            now += Int64.random(in: 0...(seed % 3 == 0 ? 20_000 : 400), using: &chance)
            switch Int.random(in: 0..<10, using: &chance) {
            case 0...4:
                let since = now - (Bool.random(using: &chance) ? 0 : Int64.random(in: 0...200_000, using: &chance))
                ledger.add(since, .open, limit: AgeLedgerTests.limit, at: now)
                jobs.append(since)
            case 5...7:
                guard let index = jobs.indices.randomElement(using: &chance) else { continue }
                let since = jobs.remove(at: index)
                let end = [PromiseEnd.kept, .broken, .void].randomElement(using: &chance) ?? .kept
                ledger.remove(since, .open, as: end, limit: AgeLedgerTests.limit, at: now)
                switch end {
                case .kept where now - since <= AgeLedgerTests.limit: kept += 1
                case .void where now - since <= AgeLedgerTests.limit: break
                default: broken += 1
                }
            default:
                ledger.advance(limit: AgeLedgerTests.limit, to: now)
            }
            told += ledger.takeTally()
            open = jobs.count { now - $0 > AgeLedgerTests.limit }
            #expect(ledger.count == jobs.count && told.kept == kept)
            // Of those that wait, at most what is over its time is counted.
            #expect((broken...(broken + open)).contains(told.broken))
            let oldest = jobs.min()
            #expect((ledger.oldest == nil) == (oldest == nil))
            if let oldest, let claimed = ledger.oldest {
                #expect(claimed <= oldest && oldest - claimed <= max(1000, (now - claimed) / 4))
            }
        }
        // A bucket's width later all is told.
        now += 1000 + 60_000 / AgeLedger.steps
        ledger.advance(limit: AgeLedgerTests.limit, to: now)
        told += ledger.takeTally()
        #expect(told.broken >= broken + open)
        #expect(told.broken <= broken + jobs.count { now - $0 > AgeLedgerTests.limit })
    }
}
