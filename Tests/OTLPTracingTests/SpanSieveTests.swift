import Resilience
import TestSupport
import Testing
import Timekeeping

@testable import OTLPTracing

@Suite struct SpanSieveTests {
    private static func sieve(
        spanLimit: Int,
        memory: Int,
        failures: RateLimit? = RateLimit(permits: 100_000, per: .seconds(1), burst: 100_000),
        spansOfFailure: Int = 1000
    ) -> SpanSieve {
        var configuration = OTLPConfiguration()
        (configuration.heldSpans, configuration.rescuedTraces) = (spanLimit, memory)
        (configuration.failures, configuration.spansOfFailure) = (failures, spansOfFailure)
        return SpanSieve(configuration, at: .zero)
    }

    @Test func `Spans of a trace without failure are held`() {
        var sieve = Self.sieve(spanLimit: 10, memory: 10)
        #expect(sieve.add(Fixtures.span(trace: 1, span: 1), at: .zero) == [])
        #expect(sieve.add(Fixtures.span(trace: 1, span: 2), at: .zero) == [])
        #expect(sieve.heldCount == 2)
    }

    @Test func `A failure brings out what was held of its trace and what comes later`() {
        var sieve = Self.sieve(spanLimit: 10, memory: 10)
        let (first, second) = (Fixtures.span(trace: 1, span: 1), Fixtures.span(trace: 1, span: 2))
        let failure = Fixtures.span(trace: 1, span: 3, isFailure: true)
        let later = Fixtures.span(trace: 1, span: 4)
        _ = sieve.add(first, at: .zero)
        _ = sieve.add(Fixtures.span(trace: 2, span: 9), at: .zero)
        _ = sieve.add(second, at: .zero)
        #expect(sieve.add(failure, at: .zero) == [first, second, failure])
        #expect(sieve.add(later, at: .zero) == [later])
        #expect(sieve.add(failure, at: .zero) == [failure])
        #expect(sieve.heldCount == 1)
        #expect(sieve.rescuedCount == 1)
    }

    @Test func `When it is full the trace whose first span came earliest goes whole`() {
        var sieve = Self.sieve(spanLimit: 4, memory: 10)
        _ = sieve.add(Fixtures.span(trace: 1, span: 1), at: .zero)
        _ = sieve.add(Fixtures.span(trace: 2, span: 2), at: .zero)
        _ = sieve.add(Fixtures.span(trace: 2, span: 3), at: .zero)
        _ = sieve.add(Fixtures.span(trace: 1, span: 4), at: .zero)
        _ = sieve.add(Fixtures.span(trace: 3, span: 5), at: .zero)
        #expect(sieve.heldCount == 3)
        let gone = Fixtures.span(trace: 1, span: 6, isFailure: true)
        #expect(sieve.add(gone, at: .zero) == [gone])
        let kept = Fixtures.span(trace: 2, span: 7, isFailure: true)
        #expect(
            sieve.add(kept, at: .zero) == [Fixtures.span(trace: 2, span: 2), Fixtures.span(trace: 2, span: 3), kept]
        )
    }

    @Test func `One trace alone can't hold more than the limit`() {
        var sieve = Self.sieve(spanLimit: 4, memory: 10)
        for span in 1...6 { #expect(sieve.add(Fixtures.span(trace: 1, span: UInt64(span)), at: .zero) == []) }
        #expect(sieve.heldCount == 2)
        #expect(
            sieve.add(Fixtures.span(trace: 1, span: 7, isFailure: true), at: .zero).map(\.context.spanID.value) == [
                5, 6, 7,
            ]
        )
    }

    @Test func `The earliest failed trace is forgotten when the memory is full`() {
        var sieve = Self.sieve(spanLimit: 10, memory: 2)
        for trace in 1...3 { _ = sieve.add(Fixtures.span(trace: UInt64(trace), isFailure: true), at: .zero) }
        #expect(sieve.rescuedCount == 2)
        #expect(sieve.add(Fixtures.span(trace: 1), at: .zero) == [])
        #expect(sieve.add(Fixtures.span(trace: 2), at: .zero).count == 1)
        #expect(sieve.add(Fixtures.span(trace: 3), at: .zero).count == 1)
    }

    @Test func `Of failed traces so many go as the bucket grants, and the rest is held as any other`() {
        let limit = RateLimit(permits: 1, per: .seconds(60), burst: 2)
        var sieve = Self.sieve(spanLimit: 10, memory: 10, failures: limit)
        let failures = (1...4).map { Fixtures.span(trace: $0, isFailure: true) }
        #expect(failures.map { sieve.add($0, at: .zero).count } == [1, 1, 0, 0])
        #expect(sieve.heldCount == 2)
        // A failure later in the trace brings the earlier one along.
        let later = Fixtures.span(trace: 3, span: 2, isFailure: true)
        #expect(sieve.add(later, at: Fixtures.instant(.seconds(59))) == [])
        #expect(sieve.add(later, at: Fixtures.instant(.seconds(60))) == [failures[2], later, later])
        // A trace that was let through once costs no more.
        #expect(
            sieve.add(Fixtures.span(trace: 1, span: 2, isFailure: true), at: Fixtures.instant(.seconds(60))).count == 1
        )
    }

    @Test func `Without a bucket no failure goes`() {
        var sieve = Self.sieve(spanLimit: 10, memory: 10, failures: nil)
        #expect(sieve.add(Fixtures.span(trace: 1, isFailure: true), at: .zero) == [])
        #expect(sieve.heldCount == 1)
    }

    @Test(arguments: [1, 2, 3, 4])
    func `One failed trace brings out so many spans and no more, its first among them`(_ most: Int) {
        var sieve = Self.sieve(spanLimit: 100, memory: 10, spansOfFailure: most)
        for span in 1...10 { _ = sieve.add(Fixtures.span(trace: 1, span: UInt64(span)), at: .zero) }
        let out = sieve.add(Fixtures.span(trace: 1, span: 11, isFailure: true), at: .zero)
        let expected: [Int: [UInt64]] = [1: [11], 2: [1, 11], 3: [1, 10, 11], 4: [1, 9, 10, 11]]
        #expect(out.map(\.context.spanID.value) == expected[most])
        #expect(sieve.heldCount == 0)
        for span in 12...20 { #expect(sieve.add(Fixtures.span(trace: 1, span: UInt64(span)), at: .zero) == []) }
        #expect(sieve.heldCount == 0)
    }

    @Test func `What comes later of a failed trace goes while there is room for it`() {
        var sieve = Self.sieve(spanLimit: 100, memory: 10, spansOfFailure: 3)
        _ = sieve.add(Fixtures.span(trace: 1, isFailure: true), at: .zero)
        let counts = (2...5).map { sieve.add(Fixtures.span(trace: 1, span: $0), at: .zero).count }
        #expect(counts == [1, 1, 0, 0])
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `Whatever comes, its bounds hold and no span comes out twice`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var sieve = Self.sieve(spanLimit: 16, memory: 4)
        var seen: Set<UInt64> = []
        for number in 1...4000 as ClosedRange<UInt64> {
            let trace = UInt64.random(in: 1...40, using: &random)
            let isFailure = Int.random(in: 0..<12, using: &random) == 0
            let span = Fixtures.span(trace: trace, span: number, isFailure: isFailure)
            let out = sieve.add(span, at: .zero)
            #expect(!isFailure || out.last == span)
            #expect(out.allSatisfy { $0.context.traceID == span.context.traceID })
            for id in out.map(\.context.spanID.value) { #expect(seen.insert(id).inserted) }
            #expect(sieve.heldCount <= 16)
            #expect(sieve.orderCount <= 32)
            #expect(sieve.rescuedCount <= 4)
        }
        #expect(!seen.isEmpty)
    }
}
