import Queueing
import Resilience
import Timekeeping

/// Times the decisions that every call and message pays for. Prints the best of five rounds, as everything slower is noise of the
/// machine; compare two builds in one session, not numbers of different days.
@main
struct MicroBenchmarks {
    static func main() throws {
        limiter()
        breaker()
        queue()
        try metrics()
    }

    /// Runs `body` in five rounds and prints the best round's time for each of its `count` operations.
    static func measure(
        _ name: String,
        count: Int,
        unit: String = "ns",
        scale: Double = 1e9,
        _ body: () -> Void
    ) {
        let best = (0..<5).map { _ in ContinuousClock().measure(body).inSeconds }.min() ?? 0
        let each = best / Double(count) * scale
        print("\(name): \((each * 100).rounded() / 100) \(unit)")
    }

    private static func limiter() {
        let count = 2_000_000
        var bucket = TokenBucket(RateLimit(permits: 1_000_000_000, per: .seconds(1), burst: 1_000_000_000), at: .zero)
        var now = Instant.zero
        measure("limiter decision", count: count) {
            for _ in 0..<count {
                now.nanoseconds += 100
                _ = bucket.take(at: now)
            }
        }
    }

    private static func breaker() {
        let count = 2_000_000
        var machine = CircuitBreakerMachine(CircuitBreakerPolicy(), at: .zero)
        var generator = SystemRandomNumberGenerator()
        var now = Instant.zero
        measure("breaker decision and result", count: count) {
            for _ in 0..<count {
                now.nanoseconds += 100
                guard case .granted(let permit) = machine.permit(at: now) else { continue }
                _ = machine.record(.success, took: .milliseconds(1), for: permit, at: now, using: &generator)
            }
        }
    }

    private static func queue() {
        let depth = 1_000_000
        var policy = QueuePolicy()
        policy.capacity = depth * 2
        var machine = QueueMachine(policy)
        var ids = JobIDGenerator(seed: 1)
        let now = Timestamp(milliseconds: 1_795_190_400_000)
        func job(_ number: Int) -> Job {
            Job(
                id: ids.next(at: now),
                lane: LaneID(index: number % 8),
                priority: Priority.allCases[number % 4],
                isDurable: true,
                acceptedAt: now
            )
        }
        for number in 0..<depth { _ = machine.admit(job(number), at: now) }
        let count = 200_000
        measure("queue push and pop at a depth of \(depth)", count: count) {
            for number in 0..<count {
                _ = machine.admit(job(number), at: now)
                guard let leased = machine.lease(from: LaneID(index: number % 8), at: now) else { continue }
                machine.finish(leased.id)
            }
        }
    }
}
