import Weir

/// As in `SectionKey`, one `switch` for each question, so that a new section does not compile before all of them are answered.
extension ConfigurationKey.Root {
    /// Reads the section, which may be absent.
    func read(_ field: Field?, by reader: inout DocumentReader) {
        typealias Key = ConfigurationKey
        switch self {
        case .server: reader.readServer(field)
        case .admin: reader.read(field, Key.Admin.self, of: \.admin)
        case .storage: reader.read(field, Key.Storage.self, of: \.storage)
        case .apps: reader.readApps(field)
        case .clients: reader.readClients(field)
        case .subscribers: reader.readSubscribers(field)
        case .breaker: reader.readBreaker(field)
        case .retry: reader.readRetry(field)
        case .queue: reader.read(field, Key.Queue.self, of: \.queue)
        case .relay: reader.read(field, Key.Relay.self, of: \.relay)
        case .upstream: reader.readUpstream(field)
        case .log: reader.read(field, Key.Log.self, of: \.log)
        case .tracing: reader.read(field, Key.Tracing.self, of: \.tracing)
        case .alerts: reader.readAlerts(field)
        }
    }

    /// Whether it names what other sections hold, so that it is read after them and, of its like, in the order of the cases.
    var refersToOthers: Bool { self == .clients || self == .subscribers || self == .alerts }

    /// All values of the section.
    func settings(_ configuration: GatewayConfiguration) -> [Setting] {
        typealias Key = ConfigurationKey
        return switch self {
        case .server: Key.Server.settings(configuration.server, at: rawValue)
        case .admin: Key.Admin.settings(configuration.admin, at: rawValue)
        case .storage: Key.Storage.settings(configuration.storage, at: rawValue)
        case .apps: Key.App.settings(configuration.apps, at: rawValue)
        case .clients: Key.Client.settings(configuration.clients, at: rawValue)
        case .subscribers: Key.Subscriber.settings(configuration.subscribers, at: rawValue)
        case .breaker: Key.Breaker.settings(configuration.breaker, at: rawValue)
        case .retry:
            Key.Retry.settings(configuration.retry, at: rawValue)
                + Key.RetryClass.settings(configuration.retry.classes, at: rawValue)
        case .queue: Key.Queue.settings(configuration.queue, at: rawValue)
        case .relay: Key.Relay.settings(configuration.relay, at: rawValue)
        case .upstream: Key.Upstream.settings(configuration.upstream, at: rawValue)
        case .log: Key.Log.settings(configuration.log, at: rawValue)
        case .tracing: Key.Tracing.settings(configuration.tracing, at: rawValue)
        case .alerts: Key.Alerts.settings(configuration.alerts, at: rawValue)
        }
    }
}
