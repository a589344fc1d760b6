package import Budgeting
import Resilience
package import Settings
package import Timekeeping

/// What a caller is told of its limits with each answer: the nearest one, of its rate and its budgets that are enforced.
package final class CallerLimits: Sendable {
    package let gate: ClientGate
    package let budgets: BudgetBook
    private let time: any TimeSource

    package init(gate: ClientGate, budgets: BudgetBook, time: any TimeSource) {
        self.gate = gate
        self.budgets = budgets
        self.time = time
    }

    /// The limit of which the smallest share is left; `nil` for a caller without limits.
    ///
    /// - Parameters:
    ///   - client: the caller's configuration.
    ///   - app: of the call; `nil` for any.
    ///   - api: of the call, as a label; `nil` for any.
    package func nearest(
        of caller: Caller,
        _ client: ClientConfiguration?,
        app: String? = nil,
        api: String? = nil
    ) -> NearestLimit? {
        guard let client else { return nil }
        var nearest = client.rate.map { rate in
            let (left, full) = gate.standing(of: caller, limit: rate)
            let window = rate.per.retryAfterSeconds
            let reset = full > .zero ? full.retryAfterSeconds : 0
            // More than the rate may be saved up: the policy promises no more than the rate.
            let share = Double(left) / Double(max(1, rate.burst))
            let shown = min(left, rate.permits)
            return NearestLimit(
                name: "rate",
                quota: rate.permits,
                window: window,
                left: shown,
                reset: reset,
                share: share
            )
        }
        guard !client.budgets.isEmpty else { return nearest }
        let now = time.timestamp()
        for budget in budgets.standings(client: caller.name, app: app, api: api) where budget.mode == .enforce {
            let share = Double(budget.left) / Double(max(1, budget.limit))
            guard share < nearest?.share ?? .infinity else { continue }
            nearest = NearestLimit(
                name: "budget",
                quota: budget.limit,
                window: 86_400,
                left: budget.left,
                reset: (budget.resetsAt - now).retryAfterSeconds,
                share: share
            )
        }
        return nearest
    }
}

/// One limit, as the fields `RateLimit-Policy` and `RateLimit` tell it (draft-ietf-httpapi-ratelimit-headers).
package struct NearestLimit: Equatable, Sendable {
    /// `rate` or `budget`.
    let name: String
    /// Permits in a window.
    let quota: Int
    /// Its seconds.
    let window: Int
    let left: Int
    /// Seconds until all of it is there again.
    let reset: Int
    /// What is left of all of it, 0 to 1.
    let share: Double

    /// The names and values of both fields.
    package var fields: [(name: String, value: String)] {
        [
            ("RateLimit-Policy", "\"\(name)\";q=\(quota);w=\(window)"),
            ("RateLimit", "\"\(name)\";r=\(left);t=\(reset)"),
        ]
    }
}
