import Resilience
import Synchronization
import TestSupport
import Testing

struct RetryTests {
    private enum UpstreamError: Error, Equatable {
        case busy(attempt: Int)
        case wrong
    }

    private let time = ManualTimeSource()

    private func retry(attempts: Int = 3, budget: RetryBudgetPolicy? = RetryBudgetPolicy()) -> Retry {
        Retry(
            RetryPolicy(
                fastAttempts: attempts,
                backoff: Backoff(base: .seconds(1), factor: 2, cap: .seconds(60), jitter: .none)
            ),
            budget: budget,
            time: time,
            generator: SeededGenerator(seed: 1)
        )
    }

    /// A run whose attempts fail but for the last, `until`.
    private func start(_ retry: Retry, until success: Int, deadline: Instant = .distantFuture) -> Task<
        Result<Int, UpstreamError>, Never
    > {
        Task {
            do throws(UpstreamError) {
                return .success(
                    try await retry.run(deadline: deadline) { (attempt) async throws(UpstreamError) in
                        if attempt < success { throw .busy(attempt: attempt) }
                        return attempt
                    }
                )
            } catch {
                return .failure(error)
            }
        }
    }

    @Test func `it waits as the policy says and returns the first success`() async {
        let task = start(retry(), until: 3)
        for seconds in [1, 2] {
            await time.waitForSleepers()
            time.advance(by: .seconds(seconds))
        }
        #expect(await task.value == .success(3))
        #expect(time.now() == after(.seconds(3)))
    }

    @Test(arguments: [0, 1])
    func `one attempt is all there is`(attempts: Int) async {
        #expect(await start(retry(attempts: attempts), until: 9).value == .failure(.busy(attempt: 1)))
    }

    @Test func `the last failure is thrown when the attempts are used up`() async {
        let task = start(retry(), until: 9)
        for _ in 1...2 {
            await time.waitForSleepers()
            time.advance(by: .seconds(5))
        }
        #expect(await task.value == .failure(.busy(attempt: 3)))
    }

    @Test func `no attempt begins after the deadline and nobody sleeps for it`() async {
        let task = start(retry(), until: 9, deadline: after(.milliseconds(999)))
        #expect(await task.value == .failure(.busy(attempt: 1)))
        let other = start(retry(), until: 2, deadline: after(.seconds(1)))
        await time.waitForSleepers()
        time.advance(by: .seconds(1))
        #expect(await other.value == .success(2))
    }

    @Test func `the advice to stop is followed`() async {
        let attempts = Mutex(0)
        await #expect(throws: UpstreamError.wrong) {
            try await retry().run(advice: { $0 == .wrong ? .stop : .retry() }) {
                (attempt) async throws(UpstreamError) in
                attempts.withLock { $0 = attempt }
                throw .wrong
            }
        }
        #expect(attempts.withLock { $0 } == 1)
    }

    @Test func `pushback is waited for`() async throws {
        let retry = retry()
        let task = Task {
            try await retry.run(advice: { _ in .retry(pushback: .milliseconds(1500)) }) { attempt in
                if attempt == 1 { throw UpstreamError.wrong }
                return attempt
            }
        }
        await time.waitForSleepers()
        time.advance(by: .milliseconds(1499))
        await time.waitForSleepers()
        time.advance(by: .milliseconds(1))
        #expect(try await task.value == 2)
    }

    @Test func `a cancelled run throws its last failure at once and gets its charge back`() async {
        let budget = RetryBudgetPolicy(ratio: 0, floor: RateLimit(permits: 1, per: .seconds(3600), burst: 1))
        let retry = retry(budget: budget)
        let task = start(retry, until: 2)
        await time.waitForSleepers()
        task.cancel()
        #expect(await task.value == .failure(.busy(attempt: 1)))
        let other = start(retry, until: 2)
        await time.waitForSleepers()
        time.advance(by: .seconds(1))
        #expect(await other.value == .success(2))
    }

    @Test func `a cancellation is not tried again`() async {
        await #expect(throws: CancellationError.self) {
            try await retry().run { attempt in
                if attempt == 1 { throw CancellationError() }
            }
        }
    }

    @Test func `a spent budget ends the run`() async {
        let budget = RetryBudgetPolicy(ratio: 0, floor: RateLimit(permits: 1, per: .seconds(3600), burst: 1))
        let retry = retry(attempts: 9, budget: budget)
        let task = start(retry, until: 9)
        await time.waitForSleepers()
        time.advance(by: .seconds(1))
        #expect(await task.value == .failure(.busy(attempt: 2)))
    }

    @Test func `without a budget only the policy counts`() async {
        let retry = retry(attempts: 50, budget: nil)
        let task = start(retry, until: 50)
        for _ in 1...49 {
            await time.waitForSleepers()
            time.advance(by: .seconds(60))
        }
        #expect(await task.value == .success(50))
    }

    @Test func `calls of a shared loop earn retries for each other`() async {
        let budget = RetryBudgetPolicy(ratio: 0.2, floor: RateLimit(permits: 1, per: .seconds(3600), burst: 1))
        let retry = retry(budget: budget)
        for _ in 1...9 { #expect(await start(retry, until: 1).value == .success(1)) }
        let task = start(retry, until: 3)
        for seconds in [1, 2] {
            await time.waitForSleepers()
            time.advance(by: .seconds(seconds))
        }
        #expect(await task.value == .success(3))
    }
}
