import TestSupport
import Testing
import Timekeeping

@Suite struct WakeTimerTests {
    @Test func `it fires at the earliest time that was asked for, once`() async {
        let time = ManualTimeSource()
        let (stream, signal) = AsyncStream<Instant>.makeStream()
        var firings = stream.makeAsyncIterator()
        let timer = WakeTimer(time: time) { signal.yield(time.now()) }
        timer.arm(at: Instant.zero + .seconds(10))
        timer.arm(at: Instant.zero + .seconds(20))
        timer.arm(at: Instant.zero + .seconds(5))
        timer.arm(at: nil)
        await time.waitForSleepers()
        time.advance(by: .seconds(5))
        #expect(await firings.next() == Instant.zero + .seconds(5))
        timer.arm(at: Instant.zero + .seconds(8))
        await time.waitForSleepers()
        time.advance(by: .seconds(3))
        #expect(await firings.next() == Instant.zero + .seconds(8))
        timer.stop()
        timer.arm(at: Instant.zero + .seconds(9))
        time.advance(by: .seconds(60))
        signal.finish()
        #expect(await firings.next() == nil)
    }
}
