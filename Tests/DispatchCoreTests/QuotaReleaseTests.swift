import GatewaySupport
import Queueing
import Resilience
import Testing
import Timekeeping

@testable import DispatchCore

/// How messages follow when a new day has begun.
@Suite struct QuotaReleaseTests {
    private let one = JobID(rawValue: 1)
    private let two = JobID(rawValue: 2)

    private func after(_ seconds: Double) -> Instant { .zero + .milliseconds(Int64(seconds * 1000)) }

    @Test func `one asks, and all others wait for its answer, ten seconds at most`() {
        var release = QuotaRelease(from: .noon)
        #expect(release.blocked(at: .zero) == nil)
        release.left(one, at: .zero)
        #expect(release.awaitsAnswer && release.blocked(at: after(1)) == after(10))
        #expect(release.blocked(at: after(10)) == nil)
    }

    @Test func `when the one that asked failed another asks`() {
        var release = QuotaRelease(from: .noon)
        release.left(one, at: .zero)
        release.ended(two)
        #expect(release.blocked(at: after(1)) != nil)
        release.ended(one)
        #expect(release.blocked(at: after(1)) == nil && release.awaitsAnswer)
    }

    @Test func `after the answer they follow one a second, and twice as many every five seconds`() {
        var release = QuotaRelease(from: .noon)
        release.left(one, at: .zero)
        release.accepted(at: after(1))
        var (now, counts) = (after(1), [Int](repeating: 0, count: 5))
        while now < after(26) {
            if let until = release.blocked(at: now) {
                now = until
                continue
            }
            counts[Int((now - after(1)).inSeconds / 5)] += 1
            release.left(two, at: now)
        }
        for (step, count) in counts.enumerated() { #expect(abs(count - 5 << step) <= 1, "\(counts)") }
    }

    @Test func `it is over when they may go as fast as the limiter has it`() {
        var release = QuotaRelease(from: .noon)
        let limit = RateLimit(permits: 8, per: .seconds(1), burst: 8)
        #expect(!release.isOver(limit, at: after(100)), "nobody has asked yet")
        release.accepted(at: .zero)
        #expect(!release.isOver(limit, at: after(14.9)) && release.isOver(limit, at: after(15)))
        #expect(release.isOver(RateLimit(permits: 1, per: .seconds(60), burst: 1), at: .zero))
    }
}
