import TestSupport
import Testing

@testable import OTLPTracing

@Suite struct SpanSieveTests {
    @Test func `Spans of a trace without failure are held`() {
        var sieve = SpanSieve(spanLimit: 10, memory: 10)
        #expect(sieve.add(Fixtures.span(trace: 1, span: 1)) == [])
        #expect(sieve.add(Fixtures.span(trace: 1, span: 2)) == [])
        #expect(sieve.heldCount == 2)
    }

    @Test func `A failure brings out what was held of its trace and what comes later`() {
        var sieve = SpanSieve(spanLimit: 10, memory: 10)
        let (first, second) = (Fixtures.span(trace: 1, span: 1), Fixtures.span(trace: 1, span: 2))
        let failure = Fixtures.span(trace: 1, span: 3, isFailure: true)
        let later = Fixtures.span(trace: 1, span: 4)
        _ = sieve.add(first)
        _ = sieve.add(Fixtures.span(trace: 2, span: 9))
        _ = sieve.add(second)
        #expect(sieve.add(failure) == [first, second, failure])
        #expect(sieve.add(later) == [later])
        #expect(sieve.add(failure) == [failure])
        #expect(sieve.heldCount == 1)
        #expect(sieve.rescuedCount == 1)
    }

    @Test func `When it is full the trace whose first span came earliest goes whole`() {
        var sieve = SpanSieve(spanLimit: 4, memory: 10)
        _ = sieve.add(Fixtures.span(trace: 1, span: 1))
        _ = sieve.add(Fixtures.span(trace: 2, span: 2))
        _ = sieve.add(Fixtures.span(trace: 2, span: 3))
        _ = sieve.add(Fixtures.span(trace: 1, span: 4))
        _ = sieve.add(Fixtures.span(trace: 3, span: 5))
        #expect(sieve.heldCount == 3)
        let gone = Fixtures.span(trace: 1, span: 6, isFailure: true)
        #expect(sieve.add(gone) == [gone])
        let kept = Fixtures.span(trace: 2, span: 7, isFailure: true)
        #expect(sieve.add(kept) == [Fixtures.span(trace: 2, span: 2), Fixtures.span(trace: 2, span: 3), kept])
    }

    @Test func `One trace alone can't hold more than the limit`() {
        var sieve = SpanSieve(spanLimit: 4, memory: 10)
        for span in 1...6 { #expect(sieve.add(Fixtures.span(trace: 1, span: UInt64(span))) == []) }
        #expect(sieve.heldCount == 2)
        #expect(sieve.add(Fixtures.span(trace: 1, span: 7, isFailure: true)).map(\.context.spanID.value) == [5, 6, 7])
    }

    @Test func `The earliest failed trace is forgotten when the memory is full`() {
        var sieve = SpanSieve(spanLimit: 10, memory: 2)
        for trace in 1...3 { _ = sieve.add(Fixtures.span(trace: UInt64(trace), isFailure: true)) }
        #expect(sieve.rescuedCount == 2)
        #expect(sieve.add(Fixtures.span(trace: 1)) == [])
        #expect(sieve.add(Fixtures.span(trace: 2)).count == 1)
        #expect(sieve.add(Fixtures.span(trace: 3)).count == 1)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `Whatever comes, its bounds hold and no span comes out twice`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var sieve = SpanSieve(spanLimit: 16, memory: 4)
        var seen: Set<UInt64> = []
        for number in 1...4000 as ClosedRange<UInt64> {
            let trace = UInt64.random(in: 1...40, using: &random)
            let isFailure = Int.random(in: 0..<12, using: &random) == 0
            let span = Fixtures.span(trace: trace, span: number, isFailure: isFailure)
            let out = sieve.add(span)
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
