package import Resilience
package import Timekeeping

extension Timestamp {
    /// 2026-11-21T12:00:00+08:00.
    package static let noon = Timestamp(milliseconds: 1_795_233_600_000)
}

extension RateLimit {
    /// So much that no test but the limiter's meets it.
    package static let wide = RateLimit(permits: 10_000, per: .seconds(1), burst: 10_000)
    /// One permit, and the next in a minute.
    package static let single = RateLimit(permits: 1, per: .seconds(60), burst: 1)

    /// By how much starts exceed the limit in the worst interval, in nanoseconds' worth of permits.
    package func worstExcess(of starts: [Instant]) -> Int64 {
        // n starts from i to j need burst + rate·t ≥ n: the least of (i·per − permits·tᵢ) so far says how many fit.
        let (per, permits) = (per.inNanoseconds, Int64(permits))
        var (worst, least) = (Int64.min, Int64.max)
        for (index, start) in starts.enumerated() {
            let position = Int64(index) * per - permits * start.nanoseconds
            least = min(least, position)
            worst = max(worst, position - least + per - Int64(burst) * per)
        }
        return worst
    }
}
