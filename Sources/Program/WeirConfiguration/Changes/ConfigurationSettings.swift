import Queueing
import Resilience
import Weir

/// A configuration as a flat list of values, in the order of `docs/configuration.md`.
enum ConfigurationSettings {
    static func list(_ configuration: GatewayConfiguration) -> [Setting] {
        typealias Key = ConfigurationKey
        var settings = Key.Server.settings(configuration.server, at: "server")
        settings += Key.Storage.settings(configuration.storage, at: "storage")
        for (name, app) in configuration.apps.sorted(by: { $0.key < $1.key }) {
            settings += Key.App.settings(app, at: "apps.\(name)")
        }
        for (name, client) in configuration.clients.sorted(by: { $0.key < $1.key }) {
            settings += Key.Client.settings(client, at: "clients.\(name)")
        }
        settings += Key.Breaker.settings(configuration.breaker, at: "breaker")
        settings += list(configuration.retry)
        settings += Key.Queue.settings(configuration.queue, at: "queue")
        settings += Key.Relay.settings(configuration.relay, at: "relay")
        settings += Key.Upstream.settings(configuration.upstream, at: "upstream")
        settings += Key.Log.settings(configuration.log, at: "log")
        settings += Key.Tracing.settings(configuration.tracing, at: "tracing")
        return settings + list(configuration.alerts)
    }

    static func limits(_ app: AppConfiguration, at path: String) -> [Setting] {
        [Setting("\(path).default", text(app.defaultLimit))]
            + app.limits.sorted { $0.key < $1.key }.map { Setting("\(path).\($0.key)", text($0.value)) }
    }

    private static func list(_ retry: RetryConfiguration) -> [Setting] {
        var settings = [Setting("retry.default", retry.defaultClass)]
        settings += ConfigurationKey.Budget.settings(retry.budget, at: "retry.budget")
        for (name, policy) in retry.classes.sorted(by: { $0.key < $1.key }) {
            settings += ConfigurationKey.RetryClass.settings(policy, at: "retry.\(name)")
        }
        return settings
    }

    static func text(_ limit: RateLimit) -> String {
        "{rate: \(RateText.format(limit)), burst: \(limit.burst)}"
    }

    static func bracketed(_ items: [String]) -> String {
        "[\(items.joined(separator: ", "))]"
    }
}
