import TestSupport
import Testing
import Timekeeping

@testable import Weir

@Suite struct WakeTimerTests {
    @Test func `it fires at the earliest time that was asked for, once`() async {
        let time = ManualTimeSource()
        let fired = Outbox<Bool>()
        let (signal, stream) = { () -> (AsyncStream<Void>.Continuation, AsyncStream<Void>) in
            let (stream, continuation) = AsyncStream<Void>.makeStream()
            return (continuation, stream)
        }()
        let timer = WakeTimer(time: time) {
            fired.put(true)
            signal.yield()
        }
        timer.arm(at: Instant.zero + .seconds(10))
        timer.arm(at: Instant.zero + .seconds(20))
        timer.arm(at: Instant.zero + .seconds(5))
        timer.arm(at: nil)
        await time.waitForSleepers()
        var events = stream.makeAsyncIterator()
        time.advance(by: .seconds(5))
        await events.next()
        #expect(fired.count == 1)
        timer.arm(at: Instant.zero + .seconds(8))
        await time.waitForSleepers()
        time.advance(by: .seconds(3))
        await events.next()
        #expect(fired.count == 2)
        timer.stop()
        timer.arm(at: Instant.zero + .seconds(9))
        time.advance(by: .seconds(60))
        #expect(fired.count == 2)
    }
}
