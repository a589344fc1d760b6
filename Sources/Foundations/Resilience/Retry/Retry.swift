internal import Synchronization
public import Timekeeping

/// The retry loop for a caller that waits: run, ask the policy, sleep, run again.
///
/// One `Retry` belongs to one upstream and is shared by all who call it, as they share its budget.
///
///     let retry = Retry(policy)
///     let answer = try await retry.run { attempt in try await upstream.ask() }
///
/// It makes at most the policy's fast attempts; the ladder is for work that nobody waits for.
public final class Retry: Sendable {
    private struct State {
        var budget: RetryBudget?
        var generator: any RandomNumberGenerator & Sendable
    }

    /// The policy.
    public let policy: RetryPolicy
    private let time: any TimeSource
    private let state: Mutex<State>

    /// - Parameters:
    ///   - budget: what all runs together may spend on retries; `nil` for no limit.
    ///   - generator: draws the jitter of the delays.
    public init(
        _ policy: RetryPolicy,
        budget: RetryBudgetPolicy? = RetryBudgetPolicy(),
        time: any TimeSource = SystemTimeSource(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.policy = policy
        self.time = time
        let now = time.now()
        state = Mutex(State(budget: budget.map { RetryBudget($0, at: now) }, generator: generator))
    }

    /// Runs `body` until it succeeds or nothing is left to try.
    ///
    /// The last failure is thrown as soon as it is known that no retry will follow it: the advice is to stop, the attempts
    /// are used up, the budget is spent, the next attempt would begin after the deadline, or the task is cancelled.
    ///
    /// - Parameters:
    ///   - deadline: no attempt begins after it.
    ///   - advice: what a failure says about trying again. Without it every failure but `CancellationError` may be retried:
    ///     `body` must be safe to repeat.
    ///   - body: is told the number of the attempt, from 1.
    /// - Throws: the failure of the last attempt.
    public func run<Value, Failure: Error>(
        deadline: Instant = .distantFuture,
        advice: (Failure) -> RetryAdvice = Retry.advice,
        _ body: (_ attempt: Int) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let start = time.now()
        record()
        var attempt = 1
        while true {
            do throws(Failure) {
                return try await body(attempt)
            } catch {
                guard case .retry(let pushback) = advice(error), !Task.isCancelled,
                    let due = nextAttempt(after: attempt, start: start, pushback: pushback, deadline: deadline),
                    await sleep(until: due)
                else { throw error }
                attempt += 1
            }
        }
    }

    /// What a failure says where nobody knows better: try again, unless it is a cancellation.
    public static func advice<Failure: Error>(_ failure: Failure) -> RetryAdvice {
        failure is CancellationError ? .stop : .retry(pushback: nil)
    }

    /// False if the task was cancelled in its sleep: the retry that was paid for is not made.
    private func sleep(until due: Instant) async -> Bool {
        if (try? await time.sleep(until: due)) != nil { return true }
        let now = time.now()
        state.withLock { $0.budget?.refund(at: now) }
        return false
    }

    private func record() {
        let now = time.now()
        state.withLock { $0.budget?.recordCall(at: now) }
    }

    /// When the next attempt begins, already paid for; `nil` if there is none.
    private func nextAttempt(after attempt: Int, start: Instant, pushback: Duration?, deadline: Instant) -> Instant? {
        let now = time.now()
        return state.withLock { state in
            let decision = policy.decision(
                afterAttempt: attempt,
                age: now - start,
                pushback: pushback,
                durable: false,
                using: &state.generator
            )
            guard case .retry(let delay, _) = decision, now + delay <= deadline else { return nil }
            if let paid = state.budget?.charge(at: now), paid != .granted { return nil }
            return now + delay
        }
    }
}

/// What had been tried when nothing was left to try.
public struct RetryExhaustion: Equatable, Sendable {
    /// Attempts made, the first included.
    public var attempts: Int
    /// The time since the first attempt.
    public var age: Duration

    /// Both count from the first attempt: it is one of `attempts`, and `age` begins with it.
    public init(attempts: Int, age: Duration) {
        self.attempts = attempts
        self.age = age
    }
}
