import Timekeeping

/// One kind of trouble of many things, such as an app whose token can't be fetched: told when it begins, when its reason changes, now and
/// then while it lasts, and when it is over.
struct TroubleWatch: Sendable {
    /// What a trouble has come to.
    struct Sum: Equatable, Sendable {
        var failures: Int
        var lasted: Duration
    }

    private struct Trouble {
        let since: Instant
        var toldAt: Instant
        var reason: String
        var failures: Int
    }

    /// How often a trouble that lasts is told again.
    static let reminder = Duration.seconds(600)
    /// Troubles kept in mind; with more, the longest is told anew.
    static let limit = 10_000

    private var troubles: [String: Trouble] = [:]

    var count: Int { troubles.count }

    /// It failed once more.
    ///
    /// - Returns: what to tell of it; `nil` where that has been told.
    mutating func failed(_ name: String, because reason: String, at now: Instant) -> Sum? {
        if troubles[name] == nil {
            if troubles.count >= TroubleWatch.limit {
                let oldest = troubles.min { $0.value.since < $1.value.since }
                if let oldest { troubles[oldest.key] = nil }
            }
            troubles[name] = Trouble(since: now, toldAt: now, reason: reason, failures: 1)
            return Sum(failures: 1, lasted: .zero)
        }
        guard var trouble = troubles[name] else { return nil }
        defer { troubles[name] = trouble }
        trouble.failures += 1
        guard trouble.reason != reason || now - trouble.toldAt >= TroubleWatch.reminder else { return nil }
        trouble.reason = reason
        trouble.toldAt = now
        return Sum(failures: trouble.failures, lasted: now - trouble.since)
    }

    /// It works.
    ///
    /// - Returns: what the trouble came to; `nil` where there was none.
    mutating func worked(_ name: String, at now: Instant) -> Sum? {
        guard let trouble = troubles.removeValue(forKey: name) else { return nil }
        return Sum(failures: trouble.failures, lasted: now - trouble.since)
    }
}
