@testable import WeirConfiguration

/// A key of the tables with its place in the file, where names that the file chooses stand in capitals: `apps.APP.secret`.
struct KnownKey {
    let path: String
    let needsRestart: Bool
    /// The name of the table.
    let table: String

    static let all = ConfigurationKey.Root.allCases.flatMap(keys)

    /// The paths of all keys and of the mappings around them.
    static let places = around(all.map(\.path))

    static func around(_ paths: [String]) -> Set<String> {
        var places: Set<String> = []
        for path in paths {
            let parts = path.split(separator: ".")
            for count in 1...parts.count { places.insert(parts.prefix(count).joined(separator: ".")) }
        }
        return places
    }

    /// The place of a key, or of an item of a list, in the mapping or list at `path`.
    static func place(of key: String, in path: String) -> String? {
        let prefix = path.isEmpty ? "" : path + "."
        if places.contains(prefix + key) { return prefix + key }
        return places.first { place in
            let name = place.dropFirst(prefix.count)
            return place.hasPrefix(prefix) && !name.isEmpty && name.allSatisfy(\.isUppercase)
        }
    }

    private static func keys(of section: ConfigurationKey.Root) -> [KnownKey] {
        typealias Key = ConfigurationKey
        return switch section {
        case .server: keys(Key.Server.self, at: "server")
        case .admin: keys(Key.Admin.self, at: "admin") + keys(Key.Operator.self, at: "admin.keys.NAME")
        case .storage: keys(Key.Storage.self, at: "storage") + keys(Key.Keep.self, at: "storage.keep")
        case .apps:
            keys(Key.App.self, at: "apps.APP") + keys(Key.Callback.self, at: "apps.APP.callback")
                + keys(Key.Receipts.self, at: "apps.APP.receipts") + keys(Key.Suppress.self, at: "apps.APP.suppress")
                + keys(Key.QuietHours.self, at: "apps.APP.quiet_hours") + keys(Key.Cap.self, at: "apps.APP.caps.CAP")
                + keys(Key.Limits.self, at: "apps.APP.limits")
                + keys(Key.Limit.self, at: "apps.APP.limits.PATH") + keys(Key.Quota.self, at: "apps.APP.quota.PATH")
        case .clients:
            keys(Key.Client.self, at: "clients.CLIENT") + keys(Key.Events.self, at: "clients.CLIENT.events")
                + keys(Key.EventRule.self, at: "clients.CLIENT.events.map.EVENT")
                + keys(Key.ClientBudget.self, at: "clients.CLIENT.budgets.BUDGET")
        case .subscribers: keys(Key.Subscriber.self, at: "subscribers.SUBSCRIBER")
        case .breaker: keys(Key.Breaker.self, at: "breaker")
        case .retry:
            keys(Key.Retry.self, at: "retry") + keys(Key.Budget.self, at: "retry.budget")
                + keys(Key.RetryClass.self, at: "retry.CLASS")
        case .queue: keys(Key.Queue.self, at: "queue")
        case .relay: keys(Key.Relay.self, at: "relay")
        case .upstream: keys(Key.Upstream.self, at: "upstream")
        case .log: keys(Key.Log.self, at: "log")
        case .tracing: keys(Key.Tracing.self, at: "tracing")
        case .alerts:
            keys(Key.Alerts.self, at: "alerts") + keys(Key.AlertSink.self, at: "alerts.sinks.SINK")
                + keys(Key.AlertRoute.self, at: "alerts.routes.ROUTE")
        }
    }

    private static func keys<Key: SectionKey>(_ table: Key.Type, at path: String) -> [KnownKey] {
        table.allCases.map {
            KnownKey(path: "\(path).\($0.rawValue)", needsRestart: $0.needsRestart, table: "\(table)")
        }
    }
}
