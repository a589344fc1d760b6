import TestSupport
import Testing
import Timekeeping

@testable import Resilience

struct SliceRingTests {
    @Test func `what was added counts for nine to ten tenths of the span`() {
        for offset in 0..<100 {
            var ring = SliceRing<Int>(span: .seconds(10), at: .zero)
            let added = after(.milliseconds(offset * 100))
            ring.add(1, at: added)
            ring.advance(to: added + .milliseconds(9000))
            #expect(ring.total == 1, "added at \(added)")
            ring.advance(to: added + .seconds(10))
            #expect(ring.total == 0, "added at \(added)")
        }
    }

    @Test(arguments: [Duration.seconds(11), .seconds(1000), .seconds(9_000_000_000)])
    func `a long silence empties it`(silence: Duration) {
        var ring = SliceRing<Int>(span: .seconds(10), at: .zero)
        for second in 0..<10 { ring.add(1, at: after(.seconds(second))) }
        #expect(ring.total == 10)
        ring.add(5, at: after(.seconds(9)) + silence)
        #expect(ring.total == 5)
    }

    @Test func `the end of time is survived`() {
        var ring = SliceRing<Int>(span: .seconds(10), at: Instant(nanoseconds: .min))
        ring.add(1, at: .distantFuture)
        ring.add(1, at: .zero)
        #expect(ring.total >= 1)
    }

    @Test func `a clock that steps back adds to the present slice`() {
        var ring = SliceRing<Int>(span: .seconds(10), at: after(.seconds(100)))
        ring.add(1, at: after(.seconds(105)))
        ring.add(1, at: after(.seconds(1)))
        #expect(ring.total == 2)
    }

    @Test(arguments: 0..<50)
    func `the total is the sum of what is young enough`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var ring = SliceRing<Int>(span: .seconds(10), at: .zero)
        var now = Instant.zero
        var added: [(slice: Int64, value: Int)] = []
        for _ in 1...200 {
            now = now + .milliseconds(Int.random(in: 0...2500, using: &generator))
            let value = Int.random(in: -5...5, using: &generator)
            ring.add(value, at: now)
            let slice = now.nanoseconds / 1_000_000_000
            added.append((slice, value))
            #expect(ring.total == added.filter { $0.slice > slice - 10 }.map(\.value).reduce(0, +))
        }
    }

    @Test func `slices are handed out oldest first and the total follows`() {
        var ring = SliceRing<Int>(span: .seconds(10), at: .zero)
        for second in 0..<10 { ring.add(second + 1, at: after(.seconds(second))) }
        var seen: [Int] = []
        ring.updateOldestFirst { slice in
            seen.append(slice)
            slice = 0
            return seen.count < 3
        }
        #expect(seen == [1, 2, 3])
        #expect(ring.total == 55 - 6)
    }

    @Test func `rings are equal when every slice is`() {
        let empty = SliceRing<Int>(span: .seconds(10), at: .zero)
        var one = empty
        one.add(1, at: .zero)
        var two = one
        #expect(one == two && one != empty)
        two.add(1, at: after(.seconds(1)))
        one.advance(to: after(.seconds(1)))
        one.updateOldestFirst { slice in
            slice += slice
            return true
        }
        #expect(one.total == two.total && one != two)
    }
}
