import Resilience
import TestSupport
import Testing

struct TokenBucketTests {
    private let tenASecond = RateLimit(permits: 10, per: .seconds(1), burst: 5)

    @Test func `a full bucket grants its burst at once and then the exact wait`() {
        var bucket = TokenBucket(tenASecond, at: .zero)
        for _ in 1...5 { #expect(bucket.take(at: .zero) == .granted) }
        #expect(bucket.take(at: .zero) == .wait(.milliseconds(100)))
        #expect(bucket.take(3, at: .zero) == .wait(.milliseconds(300)))
        #expect(bucket.take(at: after(.milliseconds(99))) == .wait(.milliseconds(1)))
        #expect(bucket.take(at: after(.milliseconds(100))) == .granted)
        #expect(bucket.granted == 6)
    }

    @Test func `a refused take takes nothing`() {
        var bucket = TokenBucket(tenASecond, at: .zero)
        #expect(bucket.take(4, at: .zero) == .granted)
        let before = bucket
        #expect(bucket.take(2, at: .zero) == .wait(.milliseconds(100)))
        #expect(bucket == before)
        #expect(bucket.take(1, at: .zero) == .granted)
    }

    @Test(arguments: [(6, Decision.never), (5, .granted), (0, .granted), (-3, .granted)])
    func `only what the burst can hold is ever granted`(permits: Int, expected: Decision) {
        var bucket = TokenBucket(tenASecond, at: .zero)
        #expect(bucket.take(permits, at: .zero) == expected)
        #expect(bucket.available(at: .zero) == (permits == 5 ? 0 : 5))
    }

    @Test(arguments: [
        (RateLimit(permits: 3, per: .seconds(1), burst: 1), Duration.nanoseconds(333_333_334)),
        (RateLimit(permits: 7, per: .seconds(86_400), burst: 1), .nanoseconds(12_342_857_142_858)),
        (RateLimit(permits: 1, per: .nanoseconds(1), burst: 1), .nanoseconds(1)),
        (RateLimit(permits: 1_000_000_007, per: .seconds(1), burst: 1), .nanoseconds(1)),
        (RateLimit(permits: 999_983, per: .seconds(86_400), burst: 1), .nanoseconds(86_401_469)),
        (RateLimit(permits: 1, per: .nanoseconds(Int64.max), burst: 1), .nanoseconds(Int64.max)),
    ])
    func `rates that do not divide evenly wait to the next whole nanosecond`(limit: RateLimit, wait: Duration) {
        var bucket = TokenBucket(limit, at: .zero)
        #expect(bucket.take(at: .zero) == .granted)
        #expect(bucket.take(at: .zero) == .wait(wait))
        #expect(bucket.take(at: after(wait)) == .granted)
    }

    @Test func `the remainder of an uneven rate is not lost`() {
        let limit = RateLimit(permits: 3, per: .seconds(1), burst: 1)
        var bucket = TokenBucket(limit, at: .zero)
        var now = Instant.zero
        var granted = 0
        while now < after(.seconds(1000)) {
            switch bucket.take(at: now) {
            case .granted: granted += 1
            case .wait(let wait): now = now + wait
            case .never: Issue.record("a single permit can't be too many")
            }
        }
        #expect(granted == 3000)
    }

    @Test(arguments: [
        RateLimit(permits: 0, per: .seconds(1), burst: 1), RateLimit(permits: -5, per: .seconds(1), burst: -1),
        RateLimit(permits: 1, per: .seconds(1), burst: 0),
    ])
    func `values below one count as one`(limit: RateLimit) {
        var bucket = TokenBucket(limit, at: .zero)
        #expect(bucket.take(at: .zero) == .granted)
        #expect(bucket.take(at: .zero) == .wait(.seconds(1)))
        #expect(bucket.limit == limit)
    }

    @Test func `the largest numbers do not overflow`() {
        let limit = RateLimit(permits: .max, per: .nanoseconds(Int64.max - 1), burst: .max)
        var bucket = TokenBucket(limit, at: Instant(nanoseconds: .min))
        #expect(bucket.take(.max, at: Instant(nanoseconds: .min)) == .granted)
        #expect(bucket.take(at: .distantFuture) == .granted)
        bucket.giveBack(.max, mark: 0, at: .distantFuture)
        bucket.update(RateLimit(permits: 1, per: .nanoseconds(Int64.max), burst: .max), at: .distantFuture)
        #expect(bucket.take(.max, at: .distantFuture) != .never)
    }

    @Test func `a clock that steps back refills nothing and the wait says so`() {
        var bucket = TokenBucket(tenASecond, at: after(.seconds(10)))
        #expect(bucket.take(5, at: after(.seconds(10))) == .granted)
        #expect(bucket.take(at: after(.seconds(9))) == .wait(.milliseconds(1100)))
        #expect(bucket.wait(at: after(.seconds(9))) == .milliseconds(1100))
        #expect(bucket.take(at: after(.milliseconds(10_100))) == .granted)
    }

    @Test(arguments: [
        (1, Duration.milliseconds(100)), (5, .milliseconds(500)), (6, .milliseconds(600)), (1000, .seconds(100)),
    ])
    func `the wait for a line longer than the burst is told too`(permits: Int, expected: Duration) {
        var bucket = TokenBucket(tenASecond, at: .zero)
        bucket.drain(at: .zero)
        #expect(bucket.wait(for: permits, at: .zero) == expected)
        #expect(bucket.wait(for: 0, at: .zero) == .zero)
    }

    @Test func `a drained bucket starts from nothing`() {
        var bucket = TokenBucket(tenASecond, at: .zero)
        bucket.drain(at: after(.seconds(1)))
        #expect(bucket.available(at: after(.seconds(1))) == 0)
        #expect(bucket.take(at: after(.seconds(1))) == .wait(.milliseconds(100)))
    }

    @Test func `what is given back at once can be taken again and never exceeds the burst`() {
        var bucket = TokenBucket(tenASecond, at: .zero)
        #expect(bucket.take(2, at: .zero) == .granted)
        bucket.giveBack(2, at: .zero)
        #expect(bucket.available(at: .zero) == 5)
        bucket.giveBack(100, at: .zero)
        #expect(bucket.available(at: .zero) == 5)
    }

    @Test func `a permit that comes back after the bucket filled up again is worthless`() {
        var bucket = TokenBucket(tenASecond, at: .zero)
        #expect(bucket.take(5, at: .zero) == .granted)
        let mark = bucket.granted
        #expect(bucket.take(5, at: after(.milliseconds(500))) == .granted)
        bucket.giveBack(5, mark: mark, at: after(.milliseconds(500)))
        #expect(bucket.available(at: after(.milliseconds(500))) == 0)
    }
}

extension TokenBucketTests {
    struct Reload: Sendable {
        var taken: Int
        var next: RateLimit
        var available: Int
    }

    @Test(arguments: [
        Reload(taken: 0, next: RateLimit(permits: 10, per: .seconds(1), burst: 50), available: 50),
        Reload(taken: 3, next: RateLimit(permits: 10, per: .seconds(1), burst: 50), available: 47),
        Reload(taken: 5, next: RateLimit(permits: 1, per: .seconds(7), burst: 5), available: 0),
        Reload(taken: 3, next: RateLimit(permits: 9, per: .seconds(7), burst: 5), available: 2),
        Reload(taken: 5, next: RateLimit(permits: 10, per: .seconds(1), burst: 2), available: 0),
        Reload(taken: 1, next: RateLimit(permits: 10, per: .seconds(1), burst: 2), available: 1),
    ])
    func `a reload keeps what is spent`(reload: Reload) {
        var bucket = TokenBucket(tenASecond, at: .zero)
        #expect(bucket.take(reload.taken, at: .zero) == .granted)
        bucket.update(reload.next, at: .zero)
        #expect(bucket.available(at: .zero) == reload.available)
        #expect(bucket.limit == reload.next)
    }

    @Test func `reloading the same limit over and over gives nothing away`() {
        var bucket = TokenBucket(RateLimit(permits: 3, per: .seconds(1), burst: 2), at: .zero)
        #expect(bucket.take(2, at: .zero) == .granted)
        var same = bucket
        for step in 1...100 { same.update(bucket.limit, at: after(.milliseconds(step))) }
        #expect(same.wait(at: after(.milliseconds(100))) == bucket.wait(at: after(.milliseconds(100))))
    }

    @Test func `a part of a permit survives a reload rounded against the taker`() {
        var bucket = TokenBucket(RateLimit(permits: 1, per: .seconds(1), burst: 1), at: .zero)
        #expect(bucket.take(at: .zero) == .granted)
        bucket.update(RateLimit(permits: 2, per: .seconds(1), burst: 1), at: after(.milliseconds(500)))
        #expect(bucket.take(at: after(.milliseconds(500))) == .wait(.milliseconds(250)))
    }
}

/// What must hold for every limit, at all times.
struct TokenBucketPropertyTests {
    private struct Use {
        var at: Instant
        var permits: Int
        var mark: UInt64
    }

    private static func randomLimit(_ generator: inout SeededGenerator) -> RateLimit {
        let periods: [Int64] = [1_000_000_000, 60_000_000_000, 86_400_000_000_000, 999_999_937, 7]
        let period = periods.randomElement(using: &generator) ?? 1
        return RateLimit(
            permits: .random(in: 1...120, using: &generator),
            per: .nanoseconds(period),
            burst: .random(in: 1...20, using: &generator)
        )
    }

    private static func step(_ limit: RateLimit, _ generator: inout SeededGenerator) -> Duration {
        let average = limit.per.inNanoseconds / Int64(limit.permits) + 1
        return .nanoseconds(Int64.random(in: 0...(3 * average), using: &generator))
    }

    /// Checks `burst + rate × t` for every interval that begins and ends with a use.
    private static func violation(_ uses: [Use], _ limit: RateLimit) -> String? {
        for first in uses.indices {
            var permits = 0
            for last in first..<uses.count {
                permits += uses[last].permits
                let time = Int128((uses[last].at - uses[first].at).inNanoseconds)
                let per = Int128(limit.per.inNanoseconds)
                if Int128(permits) * per > Int128(limit.burst) * per + Int128(limit.permits) * time {
                    return "\(permits) permits in \(time) ns under \(limit)"
                }
            }
        }
        return nil
    }

    @Test(arguments: 0..<60)
    func `no interval sees more than burst and rate allow`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let limit = Self.randomLimit(&generator)
        var bucket = TokenBucket(limit, at: .zero)
        var now = Instant.zero
        var uses: [Use] = []
        for _ in 1...120 {
            now = now + Self.step(limit, &generator)
            let permits = Int.random(in: 1...min(3, limit.burst), using: &generator)
            guard bucket.take(permits, at: now) == .granted else { continue }
            uses.append(Use(at: now, permits: permits, mark: bucket.granted))
        }
        #expect(Self.violation(uses, limit) == nil)
        #expect(!uses.isEmpty)
    }

    @Test(arguments: 0..<120)
    func `permits given back with their mark at any later time break no interval`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let limit = Self.randomLimit(&generator)
        var bucket = TokenBucket(limit, at: .zero)
        var now = Instant.zero
        var uses: [Use] = []
        for _ in 1...150 {
            now = now + Self.step(limit, &generator)
            if Int.random(in: 0..<3, using: &generator) == 0, let index = uses.indices.randomElement(using: &generator)
            {
                let use = uses.remove(at: index)
                bucket.giveBack(use.permits, mark: use.mark, at: now)
            } else {
                let permits = Int.random(in: 1...limit.burst, using: &generator)
                guard bucket.take(permits, at: now) == .granted else { continue }
                uses.append(Use(at: now, permits: permits, mark: bucket.granted))
            }
            #expect(bucket.available(at: now) <= limit.burst)
        }
        #expect(Self.violation(uses, limit) == nil)
    }

    @Test(arguments: 0..<40)
    func `a wait is exact to the nanosecond`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let limit = Self.randomLimit(&generator)
        var bucket = TokenBucket(limit, at: .zero)
        var now = Instant.zero
        for _ in 1...100 {
            now = now + Self.step(limit, &generator)
            let permits = Int.random(in: 1...limit.burst, using: &generator)
            let told = bucket.wait(for: permits, at: now)
            switch bucket.take(permits, at: now) {
            case .granted: #expect(told == .zero)
            case .wait(let wait):
                #expect(told == wait && wait > .zero)
                var early = bucket
                #expect(early.take(permits, at: now + wait - .nanoseconds(1)) == .wait(.nanoseconds(1)))
                var onTime = bucket
                #expect(onTime.take(permits, at: now + wait) == .granted)
            case .never: Issue.record("\(permits) of \(limit)")
            }
        }
    }

    @Test(arguments: 0..<50)
    func `looking at a bucket does not change it`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let limit = Self.randomLimit(&generator)
        var watched = TokenBucket(limit, at: .zero)
        var unwatched = watched
        var now = Instant.zero
        for _ in 1...50 {
            now = now + Self.step(limit, &generator)
            var refilled = watched
            refilled.giveBack(0, at: now)
            #expect(watched.available(at: now) >= 0)
            #expect(watched.take(at: now) == unwatched.take(at: now))
        }
        #expect(watched == unwatched)
    }
}
