package import Resilience

/// Where the machine keeps an app. It is another app's once this one has left and nothing of it is there any more.
package struct AppPlace: Place, Hashable, Sendable {
    package let index: Int

    package init(index: Int) {
        self.index = index
    }
}

/// What is handed out for an app: its place, and the number of its stay there, which no other has. So what was given out for an app
/// that left, or that has another AppID by now, is never taken for what stands in the same place today.
package struct AppSlot: Hashable, Sendable {
    package let place: AppPlace
    private let stay: UInt64

    init(_ place: AppPlace, stay: UInt64) {
        self.place = place
        self.stay = stay
    }

    /// Of an app that is not there.
    package static let nowhere = AppSlot(AppPlace(index: 0), stay: .max)
}

/// Where an app's calls go, and how fast.
package struct AppRoute: Sendable {
    /// Scheme and authority of where its calls go.
    package let host: String
    /// Hosts that are used while that one can't be, in this order.
    package let others: [String]
    package var hosts: [String] { [host] + others }
    package var limits: AppLimits
    /// The daily quotas that the configuration names, by path.
    package var quotas: [String: DailyQuota]

    /// - Parameter hosts: scheme and authority of each, the preferred one first.
    package init(hosts: [String], limits: AppLimits, quotas: [String: DailyQuota] = [:]) {
        host = hosts.first ?? ""
        others = Array(hosts.dropFirst())
        self.limits = limits
        self.quotas = quotas
    }
}

/// An app's limits.
package struct AppLimits: Sendable {
    private let byPath: [String: RateLimit]
    private let others: RateLimit

    /// - Parameter others: for every path that `byPath` does not name, a bucket each.
    package init(_ byPath: [String: RateLimit] = [:], others: RateLimit) {
        self.byPath = byPath
        self.others = others
    }

    /// Of an app whose configuration says nothing.
    package static let usual = RateLimit(permits: 500, per: .seconds(1), burst: 500)

    /// The limit in force for a path.
    func limit(for path: String) -> RateLimit {
        byPath[path] ?? others
    }
}

/// What left with an app.
package struct DepartedApp: Equatable, Sendable {
    package let place: AppPlace
    package let name: String
    /// The names of its breakers.
    package let breakers: [String]
}
