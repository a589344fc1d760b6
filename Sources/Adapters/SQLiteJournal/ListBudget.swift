internal import Timekeeping

/// How far one page of a listing may look.
struct ListBudget {
    private var rows: Int
    private let deadline: Instant
    private let clock: any TimeSource

    init(_ configuration: SQLiteJournalConfiguration, _ clock: any TimeSource) {
        rows = max(1, configuration.listedRows)
        deadline = clock.now() + configuration.listTime
        self.clock = clock
    }

    /// Takes what looking at another row costs.
    ///
    /// - Parameter cost: in rows that a walk only passes.
    mutating func spend(_ cost: Int = 1) {
        rows = max(0, rows - cost)
        // A glance at the clock costs as much as a few rows.
        if rows % 64 < cost, clock.now() >= deadline { rows = 0 }
    }

    /// Whether the page must end here. Never before the first `spend`, so that each page comes further than the last.
    var isSpent: Bool { rows == 0 }
}
