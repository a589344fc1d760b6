public import Weir

/// What differs between two configurations, for a reload's log and answer.
public struct ConfigurationChanges: Equatable, Sendable {
    /// By key.
    public let all: [ConfigurationChange]

    /// Those that a running process cannot take on.
    public var restartRequired: [ConfigurationChange] {
        all.filter(\.needsRestart)
    }

    public var isEmpty: Bool {
        all.isEmpty
    }

    /// Compares; apps, clients, retry classes and sinks that come or go are one change each.
    public init(from old: GatewayConfiguration, to new: GatewayConfiguration) {
        let before = Self.byKey(ConfigurationSettings.list(old))
        let after = Self.byKey(ConfigurationSettings.list(new))
        let named = Self.names(old).symmetricDifference(Self.names(new))
        var changes: [ConfigurationChange] = []
        for key in Set(before.keys).union(after.keys).sorted() {
            guard before[key] != after[key], !named.contains(where: { key.hasPrefix($0 + ".") }) else { continue }
            let needsRestart = ConfigurationSettings.needsRestart(key)
            changes.append(
                ConfigurationChange(
                    key: key,
                    before: before[key]?.text,
                    after: after[key]?.text,
                    needsRestart: needsRestart
                )
            )
        }
        let known = Self.names(old)
        changes += named.map { name in
            let isGone = known.contains(name)
            return ConfigurationChange(
                key: name,
                before: isGone ? "" : nil,
                after: isGone ? nil : "",
                needsRestart: false
            )
        }
        all = changes.sorted { $0.key < $1.key }
    }

    private static func byKey(_ settings: [Setting]) -> [String: Setting] {
        Dictionary(settings.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func names(_ configuration: GatewayConfiguration) -> Set<String> {
        Set(
            configuration.apps.keys.map { "apps.\($0)" } + configuration.clients.keys.map { "clients.\($0)" }
                + configuration.retry.classes.keys.map { "retry.\($0)" }
                + configuration.alerts.sinks.keys.map { "alerts.sinks.\($0)" }
        )
    }
}
