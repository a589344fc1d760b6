import Timekeeping

/// Which hosts can't be reached, by app: told once when it begins and once when it is over, however many attempts fail in between.
struct ReachWatch: Sendable {
    struct Key: Hashable, Sendable {
        var app: String
        var host: String
    }

    /// What a trouble came to.
    struct End: Equatable, Sendable {
        /// Attempts that reached nobody.
        var failures: Int
        /// From the first of them to the first answer after the last.
        var lasted: Duration
    }

    private struct Trouble {
        let since: Instant
        var lastFailure: Instant
        var failures = 1
        /// The first answer after the last failure.
        var answeredAt: Instant?
    }

    /// Troubles kept in mind; with more, those of which nothing was heard for longest are forgotten.
    static let limit = 1000
    /// A host is reached again when no attempt has failed for so long: one that fails now and then is one trouble.
    static let calm = Duration.seconds(5)

    private var troubles: [Key: Trouble] = [:]

    var count: Int { troubles.count }

    /// An attempt reached nobody.
    ///
    /// - Returns: whether that is news.
    mutating func failed(_ key: Key, at now: Instant) -> Bool {
        if var trouble = troubles[key] {
            trouble.failures += 1
            trouble.lastFailure = now
            trouble.answeredAt = nil
            troubles[key] = trouble
            return false
        }
        if troubles.count >= ReachWatch.limit {
            let oldest = troubles.min { $0.value.lastFailure < $1.value.lastFailure }
            if let oldest { troubles[oldest.key] = nil }
        }
        troubles[key] = Trouble(since: now, lastFailure: now)
        return true
    }

    /// An attempt was answered, by whatever.
    mutating func answered(_ key: Key, at now: Instant) {
        guard let trouble = troubles[key], trouble.answeredAt == nil else { return }
        troubles[key]?.answeredAt = now
    }

    /// The troubles that are over.
    mutating func takeEnds(at now: Instant) -> [(key: Key, end: End)] {
        var ends: [(key: Key, end: End)] = []
        for (key, trouble) in troubles {
            guard let answeredAt = trouble.answeredAt, now - trouble.lastFailure >= ReachWatch.calm else { continue }
            ends.append((key, End(failures: trouble.failures, lasted: answeredAt - trouble.since)))
            troubles[key] = nil
        }
        return ends.sorted { ($0.key.app, $0.key.host) < ($1.key.app, $1.key.host) }
    }
}
