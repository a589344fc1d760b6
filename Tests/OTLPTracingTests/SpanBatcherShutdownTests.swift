import TestSupport
import Testing
import Timekeeping

@testable import OTLPTracing

@Suite struct SpanBatcherShutdownTests {
    private var batcher = SpanBatcher(OTLPConfiguration())
    private var random = SeededGenerator(seed: 4)
    private static let ok = OTLPReply.answered(status: 200, retryAfter: nil, body: [])

    private mutating func add(_ count: Int) -> [SpanBatcher.Action] {
        Fixtures.spans(count).flatMap { batcher.add($0, now: .zero) }
    }

    @Test mutating func `With nothing to send it finishes at once, and drops what comes later`() {
        #expect(batcher.shutDown(now: .zero) == [.finish])
        #expect(batcher.shutDown(now: .zero) == [])
        #expect(add(1) == [.report(.dropped(1, .shutdown))])
        #expect(batcher.wake == nil)
        #expect(batcher.tick(now: .distantFuture) == [])
    }

    @Test mutating func `It sends what waits first`() {
        _ = add(2)
        #expect(batcher.shutDown(now: .zero) == [.send(SpanBatch(number: 1, spans: Fixtures.spans(2)))])
        #expect(batcher.wake == Fixtures.instant(.seconds(5)))
        #expect(
            batcher.receive(Self.ok, to: 1, now: .zero, random: &random) == [.report(.exported(2)), .finish]
        )
    }

    @Test mutating func `After five seconds it gives up what is left, and a late answer does nothing`() {
        _ = add(512 + 10)
        #expect(batcher.shutDown(now: .zero) == [])
        #expect(batcher.tick(now: Fixtures.instant(.milliseconds(4999))) == [])
        let actions = batcher.tick(now: Fixtures.instant(.seconds(5)))
        #expect(actions == [.report(.dropped(522, .shutdown)), .finish])
        #expect(batcher.receive(Self.ok, to: 1, now: Fixtures.instant(.seconds(5)), random: &random) == [])
    }

    @Test mutating func `It does not wait for a retry that would come too late`() {
        _ = add(3)
        _ = batcher.shutDown(now: .zero)
        let busy = OTLPReply.answered(status: 503, retryAfter: .seconds(5), body: [])
        let actions = batcher.receive(busy, to: 1, now: .zero, random: &random)
        #expect(actions == [.report(.dropped(3, .shutdown)), .finish])
    }

    @Test mutating func `A batch that backs off is tried once more at once`() {
        _ = add(512)
        let busy = OTLPReply.answered(status: 503, retryAfter: .seconds(60), body: [])
        #expect(batcher.receive(busy, to: 1, now: .zero, random: &random) == [])
        #expect(batcher.shutDown(now: .zero) == [.send(SpanBatch(number: 2, spans: Fixtures.spans(512)))])
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `Whatever happens, each span is exported once or counted as dropped once`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var run = BatcherRun(seed: seed)
        for _ in 0..<1500 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<11: run.add()
            case 11..<14: run.advance(by: .milliseconds(Int.random(in: 1...3000, using: &random)))
            case 14..<19: run.answer(&random)
            default: run.flush()
            }
        }
        run.shutDown()
        for _ in 0..<10 { run.advance(by: .milliseconds(700)) }
        #expect(run.isFinished)
        #expect(run.added == run.exported + run.dropped)
        #expect(run.exported > 0)
        #expect(run.taken.count == run.exported)
        #expect(run.mistakes == [])
    }
}
