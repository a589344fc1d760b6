import TestSupport
import Testing
import Timekeeping

@testable import OTLPTracing

@Suite struct SpanBatcherTests {
    private static func small() -> OTLPConfiguration {
        var configuration = OTLPConfiguration()
        configuration.queueCapacity = 6
        configuration.batchSize = 3
        return configuration
    }

    private static func ok(_ body: [UInt8] = []) -> OTLPReply {
        .answered(status: 200, retryAfter: nil, body: body)
    }

    private var batcher = SpanBatcher(small())
    private var random = SeededGenerator(seed: 3)

    private mutating func add(_ spans: [SpanRecord], after: Duration = .zero) -> [SpanBatcher.Action] {
        spans.flatMap { batcher.add($0, now: Fixtures.instant(after)) }
    }

    private mutating func receive(
        _ reply: OTLPReply,
        to number: UInt64,
        after: Duration = .zero
    ) -> [SpanBatcher.Action] {
        batcher.receive(reply, to: number, now: Fixtures.instant(after), random: &random)
    }

    @Test mutating func `Spans wait for others until two seconds after the first`() {
        #expect(batcher.wake == nil)
        let spans = Fixtures.spans(2)
        #expect(add([spans[0]]) == [])
        #expect(add([spans[1]], after: .seconds(1)) == [])
        #expect(batcher.wake == Fixtures.instant(.seconds(2)))
        #expect(batcher.tick(now: Fixtures.instant(.milliseconds(1999))) == [])
        #expect(batcher.tick(now: Fixtures.instant(.seconds(2))) == [.send(SpanBatch(number: 1, spans: spans))])
        #expect(batcher.wake == nil)
    }

    @Test mutating func `A full batch goes at once, and one request is under way`() {
        let spans = Fixtures.spans(7)
        #expect(add(Array(spans[0..<3])) == [.send(SpanBatch(number: 1, spans: Array(spans[0..<3])))])
        #expect(add(Array(spans[3..<7])) == [])
        #expect(batcher.tick(now: Fixtures.instant(.seconds(60))) == [])
        let next = SpanBatcher.Action.send(SpanBatch(number: 2, spans: Array(spans[3..<6])))
        #expect(receive(Self.ok(), to: 1, after: .seconds(1)) == [.report(.exported(3)), next])
        #expect(receive(Self.ok(), to: 2, after: .seconds(1)) == [.report(.exported(3))])
        #expect(batcher.wake == Fixtures.instant(.seconds(2)))
    }

    @Test mutating func `What does not fit is dropped and counted`() {
        _ = add(Fixtures.spans(3))
        #expect(add(Fixtures.spans(6, from: 10)) == [])
        #expect(batcher.waitingCount == 6)
        #expect(add(Fixtures.spans(2, from: 20)) == Array(repeating: .report(.dropped(1, .queueFull)), count: 2))
        #expect(batcher.waitingCount == 6)
    }

    @Test func `By default 2,048 wait and 512 go together`() {
        var batcher = SpanBatcher(OTLPConfiguration())
        let actions = Fixtures.spans(512 + 2048 + 1).flatMap { batcher.add($0, now: .zero) }
        guard case .send(let batch)? = actions.first else {
            Issue.record("nothing was sent")
            return
        }
        #expect(batch.spans.count == 512)
        #expect(actions.dropFirst() == [.report(.dropped(1, .queueFull))])
        #expect(batcher.waitingCount == 2048)
    }

    @Test mutating func `A flush sends all that waits, in as many requests as it takes`() {
        _ = add(Fixtures.spans(3))
        _ = add(Fixtures.spans(4, from: 10))
        #expect(batcher.flush(now: .zero) == [])
        #expect(receive(Self.ok(), to: 1).count == 2)
        let last = SpanBatcher.Action.send(SpanBatch(number: 3, spans: Fixtures.spans(1, from: 13)))
        #expect(receive(Self.ok(), to: 2) == [.report(.exported(3)), last])
        _ = add(Fixtures.spans(1, from: 20))
        #expect(receive(Self.ok(), to: 3) == [.report(.exported(1))])
    }

    @Test(
        arguments: [
            OTLPReply.failed, .answered(status: 408, retryAfter: nil, body: []),
            .answered(status: 429, retryAfter: nil, body: []), .answered(status: 502, retryAfter: nil, body: []),
            .answered(status: 503, retryAfter: nil, body: []), .answered(status: 504, retryAfter: nil, body: []),
        ]
    )
    func `A passing failure is retried with growing waits until it is given up`(reply: OTLPReply) {
        var copy = self
        let spans = Fixtures.spans(3)
        _ = copy.add(spans)
        var (now, number, waits): (Duration, UInt64, [Duration]) = (.zero, 1, [])
        while waits.count < 100 {
            let actions = copy.receive(reply, to: number, after: now)
            guard actions.isEmpty, let wake = copy.batcher.wake else {
                #expect(actions == [.report(.dropped(3, .unreachable))])
                break
            }
            waits.append(wake - Fixtures.instant(now))
            #expect(copy.batcher.tick(now: wake - .nanoseconds(1)) == [])
            now = wake - .zero - Instant.zero
            number += 1
            #expect(copy.batcher.tick(now: wake) == [.send(SpanBatch(number: number, spans: spans))])
        }
        for (wait, doubled) in zip(waits, [1, 2, 4, 8, 16, 30, 30]) {
            #expect(wait >= max(.seconds(1), .seconds(doubled) * 3 / 4))
            #expect(wait <= min(.seconds(30), .seconds(doubled) * 5 / 4))
        }
        #expect(Set(waits).count > 5)
        #expect(now <= .seconds(300))
        #expect(now > .seconds(250))
    }

    @Test(
        arguments: [
            (Duration.seconds(7), Duration.seconds(7)), (.seconds(60), .seconds(60)), (.seconds(3600), .seconds(60)),
            (.zero, .seconds(1)), (.seconds(-5), .seconds(1)),
        ]
    )
    func `A collector's own wish for a wait is honoured within bounds`(wish: Duration, wait: Duration) {
        var copy = self
        _ = copy.add(Fixtures.spans(3))
        #expect(copy.receive(.answered(status: 429, retryAfter: wish, body: []), to: 1) == [])
        #expect(copy.batcher.wake == Fixtures.instant(wait))
    }

    @Test(arguments: [100, 301, 400, 401, 404, 413, 500, 501, 505])
    func `Any other failure drops the batch`(status: Int) {
        var copy = self
        _ = copy.add(Fixtures.spans(3))
        let actions = copy.receive(.answered(status: status, retryAfter: .seconds(1), body: []), to: 1)
        #expect(actions == [.report(.dropped(3, .refused))])
        #expect(copy.batcher.wake == nil)
    }

    @Test(
        arguments: [
            ([UInt8]([10, 5, 8, 2, 18, 1, 120]), 1, 2), ([10, 2, 8, 3], 0, 3), ([10, 2, 8, 100], 0, 3),
            ([10, 0], 3, 0),
            // A negative number and bytes that are no such message.
            ([10, 11, 8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], 3, 0), ([10, 9, 8], 3, 0),
            (Array("<html>".utf8), 3, 0), ([8, 3], 3, 0),
        ]
    )
    func `Spans that the collector did not take count as dropped`(body: [UInt8], exported: Int, rejected: Int) {
        var copy = self
        _ = copy.add(Fixtures.spans(3))
        var expected: [SpanBatcher.Action] = []
        if exported > 0 { expected.append(.report(.exported(exported))) }
        if rejected > 0 { expected.append(.report(.dropped(rejected, .rejected))) }
        #expect(copy.receive(Self.ok(body), to: 1) == expected)
    }

    @Test mutating func `An answer that nobody awaits does nothing`() {
        #expect(receive(Self.ok(), to: 0) == [])
        #expect(receive(Self.ok(), to: 1) == [])
        _ = add(Fixtures.spans(3))
        #expect(receive(.failed, to: 2) == [])
        #expect(receive(Self.ok(), to: 1) == [.report(.exported(3))])
        #expect(receive(Self.ok(), to: 1) == [])
    }
}
