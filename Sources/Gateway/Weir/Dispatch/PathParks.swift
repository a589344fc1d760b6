import Timekeeping

/// Parks of single paths that share a lane because the catalog does not know them: one path's quota must not close the others.
/// Bounded: with more, the park that was set first is forgotten, and its next call asks WeChat again.
struct PathParks: Sendable {
    private struct Key: Hashable {
        var app: Int
        var path: String
    }

    /// Paths remembered at most.
    static let limit = 1024

    private var parks: [Key: Park] = [:]
    private var order: [Key] = []

    var count: Int { parks.count }

    mutating func park(_ path: String, app: Int, _ park: Park) {
        let key = Key(app: app, path: path)
        if parks.updateValue(park, forKey: key) != nil { return }
        order.append(key)
        if order.count > PathParks.limit { parks[order.removeFirst()] = nil }
    }

    func obstacle(of path: String, app: Int, at now: SteadyClock.Present) -> Obstacle? {
        guard !parks.isEmpty, let park = parks[Key(app: app, path: path)], !park.isOver(at: now) else { return nil }
        return park.obstacle(at: now)
    }

    /// An operator has cleared the quota.
    mutating func clear(app: Int) {
        order.removeAll { $0.app == app }
        parks = parks.filter { $0.key.app != app }
    }
}
