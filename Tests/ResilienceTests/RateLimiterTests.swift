import Resilience
import TestSupport
import Testing

struct RateLimiterTests {
    private let time = ManualTimeSource()

    private func limiter(burst: Int = 1, maxWaiting: Int = 10_000) -> RateLimiter {
        RateLimiter(
            RateLimit(permits: 1, per: .seconds(1), burst: burst),
            maxWaiting: maxWaiting,
            time: time
        )
    }

    /// Starts a caller and returns once it stands in the line.
    private func join(_ limiter: RateLimiter, deadline: Instant = .distantFuture) async -> Task<
        RateLimitExceeded?, Never
    > {
        let before = limiter.waiting
        let task = Task { () -> RateLimitExceeded? in
            do throws(RateLimitExceeded) {
                try await limiter.acquire(deadline: deadline)
                return nil
            } catch {
                return error
            }
        }
        while limiter.waiting == before { await Task.yield() }
        return task
    }

    @Test func `a permit that is there is given without a wait`() async throws {
        let limiter = limiter(burst: 2)
        try await limiter.acquire()
        #expect(limiter.tryAcquire() == .granted)
        #expect(limiter.tryAcquire() == .wait(.seconds(1)))
        #expect(limiter.available == 0 && limiter.granted == 2)
    }

    @Test func `waiting callers are served one by one in their order`() async {
        let limiter = limiter()
        #expect(limiter.tryAcquire() == .granted)
        var callers: [Task<RateLimitExceeded?, Never>] = []
        for _ in 1...3 { callers.append(await join(limiter)) }
        #expect(limiter.tryAcquire() == .wait(.seconds(4)))
        for (index, caller) in callers.enumerated() {
            time.advance(by: .seconds(1))
            #expect(await caller.value == nil)
            #expect(limiter.waiting == 2 - index)
        }
        #expect(limiter.granted == 4)
    }

    @Test func `nobody overtakes the line even after its permit has come`() async {
        let limiter = limiter()
        #expect(limiter.tryAcquire() == .granted)
        let caller = await join(limiter)
        time.advance(by: .seconds(1))
        #expect(limiter.tryAcquire() == .wait(.seconds(1)))
        #expect(await caller.value == nil)
    }

    @Test func `a deadline too near is refused at once and takes nothing`() async {
        let limiter = limiter()
        #expect(limiter.tryAcquire() == .granted)
        await #expect(throws: RateLimitExceeded.deadline(retryAfter: .seconds(1))) {
            try await limiter.acquire(deadline: after(.milliseconds(999)))
        }
        await #expect(throws: RateLimitExceeded.tooManyPermits(burst: 1)) { try await limiter.acquire(2) }
        #expect(limiter.waiting == 0 && limiter.granted == 1)
    }

    @Test func `the line has an end`() async {
        let limiter = limiter(maxWaiting: 2)
        #expect(limiter.tryAcquire() == .granted)
        let callers = [await join(limiter), await join(limiter)]
        await #expect(throws: RateLimitExceeded.tooManyWaiting(retryAfter: .seconds(3))) { try await limiter.acquire() }
        time.advance(by: .seconds(1))
        #expect(await callers[0].value == nil)
        callers[1].cancel()
        #expect(await callers[1].value == .cancelled)
    }

    @Test func `a cancelled caller leaves the line and those behind come earlier`() async {
        let limiter = limiter()
        #expect(limiter.tryAcquire() == .granted)
        let first = await join(limiter)
        let second = await join(limiter)
        first.cancel()
        #expect(await first.value == .cancelled)
        #expect(limiter.waiting == 1)
        time.advance(by: .seconds(1))
        #expect(await second.value == nil)
        #expect(limiter.granted == 2)
    }

    @Test func `a task that is cancelled already takes nothing`() async {
        let limiter = limiter()
        let task = Task { () -> Bool in
            while !Task.isCancelled { await Task.yield() }
            do throws(RateLimitExceeded) {
                try await limiter.acquire()
                return false
            } catch {
                return error == .cancelled
            }
        }
        task.cancel()
        #expect(await task.value)
        #expect(limiter.granted == 0)
    }

    @Test func `a permit given back wakes the head of the line at once`() async {
        let limiter = limiter()
        #expect(limiter.tryAcquire() == .granted)
        let caller = await join(limiter)
        limiter.giveBack()
        #expect(await caller.value == nil)
    }

    @Test func `a faster limit wakes the line earlier and a drain later`() async {
        let limiter = limiter()
        #expect(limiter.tryAcquire() == .granted)
        let caller = await join(limiter)
        time.advance(by: .milliseconds(500))
        limiter.drain()
        time.advance(by: .milliseconds(600))
        #expect(limiter.waiting == 1)
        limiter.update(RateLimit(permits: 100, per: .seconds(1), burst: 1))
        time.advance(by: .milliseconds(10))
        #expect(await caller.value == nil)
        #expect(limiter.limit.permits == 100)
    }

    @Test func `a drain refuses whom it delays past the deadline`() async {
        let limiter = limiter()
        #expect(limiter.tryAcquire() == .granted)
        let caller = await join(limiter, deadline: after(.seconds(1)))
        time.advance(by: .milliseconds(900))
        limiter.drain()
        #expect(await caller.value == .deadline(retryAfter: .seconds(1)))
        #expect(limiter.waiting == 0)
    }

    @Test func `callers on many threads get what the limit allows and cancelled ones nothing`() async {
        let limiter = RateLimiter(RateLimit(permits: 1000, per: .seconds(1), burst: 10), time: time)
        let served = Tally()
        let callers = (0..<300).map { index in
            Task {
                if (try? await limiter.acquire()) != nil { served.enter() }
                return index
            }
        }
        for caller in callers.prefix(100) { caller.cancel() }
        for caller in callers.prefix(100) { _ = await caller.value }
        while limiter.waiting > 0 {
            time.advance(by: .milliseconds(1))
            await Task.yield()
        }
        for caller in callers.dropFirst(100) {
            while limiter.waiting > 0 { time.advance(by: .milliseconds(1)) }
            _ = await caller.value
        }
        #expect(UInt64(served.total) == limiter.granted)
        #expect(served.total >= 200)
    }
}
