import Timekeeping

/// How often an operator had an account's quotas cleared this month. WeChat allows ten times a month, those in its console included, of
/// which Weir knows nothing.
struct QuotaClearings: Equatable, Sendable {
    private(set) var count: Int
    /// The midnight in Shanghai that ends the month.
    private(set) var monthEnds: Timestamp

    init(count: Int = 0, monthEnds: Timestamp) {
        self.count = max(0, count)
        self.monthEnds = monthEnds
    }

    /// The clearings of the month with one more.
    static func one(after earlier: QuotaClearings?, at now: Timestamp) -> QuotaClearings {
        guard let earlier, now < earlier.monthEnds else {
            return QuotaClearings(count: 1, monthEnds: ChinaTime.nextMonth(after: now))
        }
        return QuotaClearings(count: min(earlier.count, 1000) + 1, monthEnds: earlier.monthEnds)
    }
}
