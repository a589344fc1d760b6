import Resilience
import TestSupport
import Testing

struct RetryPolicyTests {
    private static let backoff = Backoff(base: .seconds(1), factor: 2, cap: .seconds(10), jitter: .none)
    /// Three fast attempts, a ladder of two, then every ten minutes.
    private static let full = RetryPolicy(
        fastAttempts: 3,
        backoff: backoff,
        ladder: [.seconds(15), .seconds(60)],
        thereafter: .seconds(600)
    )

    private func decide(
        _ policy: RetryPolicy,
        _ attempt: Int,
        age: Duration = .zero,
        pushback: Duration? = nil,
        durable: Bool = true
    ) -> RetryDecision {
        var generator = SeededGenerator(seed: 1)
        return policy.decision(
            afterAttempt: attempt,
            age: age,
            pushback: pushback,
            durable: durable,
            using: &generator
        )
    }

    @Test(arguments: [
        (1, RetryDecision.retry(after: .seconds(1), fast: true)), (2, .retry(after: .seconds(2), fast: true)),
        (3, .retry(after: .seconds(15), fast: false)), (4, .retry(after: .seconds(60), fast: false)),
        (5, .retry(after: .seconds(600), fast: false)), (500, .retry(after: .seconds(600), fast: false)),
        (0, .retry(after: .seconds(1), fast: true)),
    ])
    func `durable work has fast attempts then the ladder then the rest`(attempt: Int, expected: RetryDecision) {
        #expect(decide(Self.full, attempt) == expected)
    }

    @Test(arguments: [1, 2, 3, 4])
    func `a call that somebody waits for has only the fast attempts`(attempt: Int) {
        let expected: RetryDecision =
            attempt < 3
            ? .retry(after: .seconds(attempt), fast: true)
            : .giveUp(RetryExhaustion(attempts: attempt, age: .seconds(7)))
        #expect(decide(Self.full, attempt, age: .seconds(7), durable: false) == expected)
    }

    @Test(arguments: [1, 0, -2])
    func `with one fast attempt the ladder begins at once`(fastAttempts: Int) {
        var policy = Self.full
        policy.fastAttempts = fastAttempts
        #expect(decide(policy, 1) == .retry(after: .seconds(15), fast: false))
        #expect(decide(policy, 1, durable: false) == .giveUp(RetryExhaustion(attempts: 1, age: .zero)))
    }

    @Test func `without a rest the last step repeats and without a ladder nothing does`() {
        var policy = Self.full
        policy.thereafter = nil
        #expect(decide(policy, 5) == .retry(after: .seconds(60), fast: false))
        policy.ladder = []
        #expect(decide(policy, 3) == .giveUp(RetryExhaustion(attempts: 3, age: .zero)))
        policy.thereafter = .seconds(9)
        #expect(decide(policy, 3) == .retry(after: .seconds(9), fast: false))
    }

    @Test(arguments: [
        (1, 899, true), (1, 900, false), (3, 885, true), (3, 886, false), (4, 840, true), (4, 841, false),
    ])
    func `a retry that would fall beyond the greatest age is given up`(attempt: Int, age: Int, isRetried: Bool) {
        var policy = Self.full
        policy.maxAge = .seconds(900)
        let isGivenUp =
            decide(policy, attempt, age: .seconds(age))
            == .giveUp(RetryExhaustion(attempts: attempt, age: .seconds(age)))
        #expect(isGivenUp == !isRetried)
    }

    @Test(
        arguments: [
            (1, 0, 1000, 1000), (1, 500, 1000, 1000), (1, 1500, 1500, 1500), (1, 2000, 2000, 2000),
            (1, 60_000, 60_000, 2000), (2, 60_000, 60_000, 4000), (3, 1000, 15_000, nil), (3, 40_000, 40_000, nil),
            (5, 86_400_000, 86_400_000, nil), (1, -5, 1000, 1000),
        ] as [(Int, Int, Int, Int?)]
    )
    func `pushback lengthens a delay, and where somebody waits no further than twice`(
        attempt: Int,
        hint: Int,
        durable: Int,
        waiting: Int?
    ) {
        let isFast = attempt < 3
        let pushback = Duration.milliseconds(hint)
        #expect(decide(Self.full, attempt, pushback: pushback) == .retry(after: .milliseconds(durable), fast: isFast))
        let expected = waiting.map { RetryDecision.retry(after: .milliseconds($0), fast: isFast) }
        #expect(
            decide(Self.full, attempt, pushback: pushback, durable: false)
                == expected ?? .giveUp(RetryExhaustion(attempts: attempt, age: .zero))
        )
    }

    @Test(arguments: [1, 2, 3, 9]) func `no pushback leads to a retry beyond the greatest age`(attempt: Int) {
        var policy = Self.full
        policy.maxAge = .seconds(900)
        for (age, pushback, isRetried) in [(0, 3600, false), (100, 800, true), (100, 801, false), (899, 3600, false)] {
            let decision = decide(policy, attempt, age: .seconds(age), pushback: .seconds(pushback))
            if case .retry(let delay, _) = decision {
                #expect(isRetried && !policy.isBeyondMaxAge(.seconds(age) + delay))
            } else {
                #expect(!isRetried)
            }
        }
        #expect(policy.isBeyondMaxAge(.seconds(900) + .nanoseconds(1)) && !policy.isBeyondMaxAge(.seconds(900)))
    }

    @Test(arguments: [Int.min, -1, 0, 1, 2, 65_535, 65_536, 4_294_967_296, .max])
    func `no number of attempts, age or pushback is a trap`(attempt: Int) {
        let extremes: [Duration] = [.seconds(Int64.min), .nanoseconds(Int64.min), .zero, .seconds(Int64.max)]
        for jitter in Jitter.allCases {
            var policy = Self.full
            policy.backoff.jitter = jitter
            for extreme in extremes {
                policy.maxAge = extreme
                policy.ladder = [extreme]
                policy.thereafter = extreme
                policy.backoff.base = extreme
                policy.backoff.cap = extreme
                policy.ladderJitter = 1
                for age in extremes {
                    for durable in [true, false] {
                        _ = decide(policy, attempt, age: age, pushback: extreme, durable: durable)
                        _ = decide(policy, attempt, age: age, pushback: nil, durable: durable)
                    }
                }
            }
        }
    }

    @Test func `pushback counts against the greatest age`() {
        var policy = Self.full
        policy.maxAge = .seconds(900)
        #expect(
            decide(policy, 3, pushback: .seconds(901)) == .giveUp(RetryExhaustion(attempts: 3, age: .zero))
        )
    }

    @Test func `pushback is heard however full jitter falls`() {
        var policy = Self.full
        policy.backoff.jitter = .full
        var generator = SeededGenerator(seed: 3)
        for _ in 1...500 {
            let decision = policy.decision(
                afterAttempt: 2,
                age: .zero,
                pushback: .seconds(3),
                durable: false,
                using: &generator
            )
            #expect(decision == .retry(after: .seconds(3), fast: true))
        }
    }

    @Test(arguments: [(0.2, 0.2), (0, 0), (-1, 0), (5, 1), (Double.nan, 0)] as [(Double, Double)])
    func `the ladder is spread by its share`(jitter: Double, share: Double) {
        var policy = Self.full
        policy.ladderJitter = jitter
        var generator = SeededGenerator(seed: 9)
        var shortest = Duration.seconds(10_000)
        var longest = Duration.zero
        for _ in 1...500 {
            guard
                case .retry(let delay, false) = policy.decision(
                    afterAttempt: 5,
                    age: .zero,
                    durable: true,
                    using: &generator
                )
            else {
                Issue.record("given up")
                return
            }
            (shortest, longest) = (min(shortest, delay), max(longest, delay))
        }
        #expect(shortest >= .seconds(600 * (1 - share)) && shortest <= .seconds(600 * (1 - 0.9 * share)))
        #expect(longest <= .seconds(600 * (1 + share)) && longest >= .seconds(600 * (1 + 0.9 * share)))
    }

    @Test func `a policy made by default has no ladder and no ends`() {
        let policy = RetryPolicy(fastAttempts: 2, backoff: Self.backoff)
        #expect(policy.ladder.isEmpty && policy.thereafter == nil && policy.ladderJitter == 0)
        #expect(policy.maxAge == nil && policy.lifetime == nil)
    }
}
