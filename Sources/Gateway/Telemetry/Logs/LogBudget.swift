public import Logging
public import Resilience
import Synchronization
public import Timekeeping

/// Bounds the lines of each family: those of one level that say the same. Every line passes here, also one that a library or a
/// later version writes, so that nothing that happens with every call can fill a disk or hide what else is said.
public final class LogBudget: Sendable {
    private struct Family: Hashable {
        let level: Logger.Level
        let text: String
    }

    private struct Allowance {
        var bucket: TokenBucket
        /// Lines left out since the last one that was written.
        var leftOut = 0
    }

    /// Lines of a family at `info` and above.
    public static let limit = RateLimit(permits: 20, per: .seconds(1), burst: 100)
    /// Lines of a family below that, which an operator has asked for.
    public static let limitBelowInfo = RateLimit(permits: 1000, per: .seconds(1), burst: 10_000)
    /// Families told apart; those beyond it, and those whose text is longer than ``longestText``, are one for each level.
    public static let mostFamilies = 500
    /// Bytes of a family's text.
    public static let longestText = 200

    private let families = Mutex<[Family: Allowance]>([:])

    /// Nothing has been written yet.
    public init() {}

    /// Whether a line may be written.
    ///
    /// - Returns: how many of its family were left out before it; `nil` where it is left out, too.
    public func admit(_ level: Logger.Level, _ text: String, at now: Instant) -> Int? {
        families.withLock { families -> Int? in
            var family = Family(level: level, text: text.utf8.count > LogBudget.longestText ? "" : text)
            if families[family] == nil, families.count >= LogBudget.mostFamilies {
                family = Family(level: level, text: "")
            }
            let limit = level < .info ? LogBudget.limitBelowInfo : LogBudget.limit
            var allowance = families[family] ?? Allowance(bucket: TokenBucket(limit, at: now))
            defer { families[family] = allowance }
            guard case .granted = allowance.bucket.take(at: now) else {
                allowance.leftOut += 1
                return nil
            }
            defer { allowance.leftOut = 0 }
            return allowance.leftOut
        }
    }
}
