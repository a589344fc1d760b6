import Timekeeping
import WeirPorts

/// A lane's wait for WeChat's own counters to start anew.
struct Park: Equatable, Sendable {
    enum End: Equatable, Sendable {
        /// A duration is over.
        case instant(Instant)
        /// The wall clock shows this time: a minute or a day of WeChat's begins.
        case wall(Timestamp)

        var isByWallClock: Bool {
            if case .wall = self { true } else { false }
        }

        /// When that is, as the wall clock goes now.
        func until(at now: SteadyClock.Present) -> Timestamp {
            switch self {
            case .instant(let instant): now.wall(at: instant)
            case .wall(let timestamp): timestamp
            }
        }
    }

    var obstacle: Obstacle.Reason
    var end: End
    /// Such as `errcode 45009`.
    var cause: Cause

    func isOver(at now: SteadyClock.Present) -> Bool {
        switch end {
        case .instant(let instant): now.instant >= instant
        case .wall(let timestamp): now.wall >= timestamp
        }
    }

    /// When it ends, if nobody steps the wall clock.
    func instant(at now: SteadyClock.Present) -> Instant {
        switch end {
        case .instant(let instant): instant
        case .wall(let timestamp): now.instant + (timestamp - now.wall)
        }
    }

    func obstacle(at now: SteadyClock.Present) -> Obstacle {
        Obstacle(obstacle, until: end.until(at: now))
    }
}

/// Parks of single paths that share a lane because the catalog does not know them: one path's quota must not close the others.
/// Bounded: with more, the park that was set first is forgotten, and its next call asks WeChat again.
struct PathParks: Sendable {
    private struct Key: Hashable {
        var app: AppPlace
        var path: String
    }

    /// Paths remembered at most.
    static let limit = 1024

    private var parks: [Key: Park] = [:]
    private var order: [Key] = []

    var count: Int { parks.count }

    /// - Returns: the path whose park was forgotten for this one, if there were too many.
    mutating func park(_ path: String, app: AppPlace, _ park: Park) -> (app: AppPlace, path: String)? {
        let key = Key(app: app, path: path)
        if parks.updateValue(park, forKey: key) != nil { return nil }
        order.append(key)
        guard order.count > PathParks.limit else { return nil }
        let oldest = order.removeFirst()
        parks[oldest] = nil
        return (oldest.app, oldest.path)
    }

    /// The park of a path, also one that is over.
    func park(of path: String, app: AppPlace) -> Park? { parks[Key(app: app, path: path)] }

    /// Every park, the one that was set first in front.
    var all: [(app: AppPlace, path: String, park: Park)] {
        order.compactMap { key in parks[key].map { (key.app, key.path, $0) } }
    }

    func obstacle(of path: String, app: AppPlace, at now: SteadyClock.Present) -> Obstacle? {
        guard !parks.isEmpty, let park = parks[Key(app: app, path: path)], !park.isOver(at: now) else { return nil }
        return park.obstacle(at: now)
    }

    /// An operator has cleared the quota.
    ///
    /// - Returns: the paths that were parked.
    mutating func clear(app: AppPlace) -> [String] {
        let paths = order.filter { $0.app == app }.map(\.path)
        guard !paths.isEmpty else { return [] }
        order.removeAll { $0.app == app }
        parks = parks.filter { $0.key.app != app }
        return paths
    }
}
