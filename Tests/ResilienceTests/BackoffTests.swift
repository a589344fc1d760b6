import Resilience
import TestSupport
import Testing

struct BackoffTests {
    private static let doubling = Backoff(base: .milliseconds(200), factor: 2, cap: .seconds(10), jitter: .none)

    @Test(arguments: [
        (1, 200), (2, 400), (3, 800), (4, 1600), (6, 6400), (7, 10_000), (100, 10_000), (Int.max, 10_000),
        (0, 200), (-5, 200), (Int.min, 200),
    ])
    func `delays double up to the cap`(attempt: Int, milliseconds: Int) {
        var generator = SeededGenerator(seed: 1)
        #expect(Self.doubling.delay(afterAttempt: attempt, using: &generator) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        (Backoff(base: .seconds(2), factor: 1, cap: .seconds(9), jitter: .none), Duration.seconds(2)),
        (Backoff(base: .seconds(2), factor: 0.1, cap: .seconds(9), jitter: .none), .seconds(2)),
        (Backoff(base: .seconds(2), factor: 3, cap: .seconds(1), jitter: .none), .seconds(1)),
        (Backoff(base: .seconds(-2), factor: 3, cap: .seconds(1), jitter: .full), .zero),
        (Backoff(base: .seconds(2), factor: 3, cap: .seconds(-1), jitter: .equal), .zero),
        (Backoff(base: .zero, factor: 3, cap: .seconds(1), jitter: .full), .zero),
        (Backoff(base: .seconds(2), factor: .infinity, cap: .seconds(7), jitter: .none), .seconds(7)),
        (Backoff(base: .seconds(2), factor: .nan, cap: .seconds(7), jitter: .none), .seconds(2)),
        (
            Backoff(base: .seconds(1), factor: 1.5, cap: .seconds(7), jitter: .none),
            .milliseconds(5062) + .microseconds(500)
        ),
    ])
    func `odd values are harmless`(backoff: Backoff, fifth: Duration) {
        var generator = SeededGenerator(seed: 1)
        #expect(backoff.delay(afterAttempt: 5, using: &generator) == fifth)
    }

    @Test(arguments: [(Jitter.none, 1.0), (.equal, 0.5), (.full, 0)])
    func `jitter stays between its least share and the whole delay and fills the range`(jitter: Jitter, least: Double) {
        var generator = SeededGenerator(seed: 5)
        var backoff = Self.doubling
        backoff.jitter = jitter
        var sum = 0.0
        for attempt in 1...2000 {
            let whole = backoff.longestDelay(afterAttempt: attempt % 8).inSeconds
            let share = backoff.delay(afterAttempt: attempt % 8, using: &generator).inSeconds / whole
            #expect(share >= least - 1e-9 && share <= 1)
            sum += share
        }
        #expect(abs(sum / 2000 - (1 + least) / 2) < 0.02)
    }
}
