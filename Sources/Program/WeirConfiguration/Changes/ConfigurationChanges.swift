public import Weir

/// What differs between two configurations, for a reload's log and answer.
public struct ConfigurationChanges: Equatable, Sendable {
    /// By key.
    public let all: [ConfigurationChange]

    /// Those that a running process cannot take on.
    public var restartRequired: [ConfigurationChange] {
        all.filter(\.needsRestart)
    }

    /// Whether both configurations say the same.
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
            let needsRestart = (before[key] ?? after[key])?.needsRestart ?? false
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
                + configuration.subscribers.keys.map { "subscribers.\($0)" }
                + configuration.admin.keys.keys.map { "admin.keys.\($0)" }
                + configuration.retry.classes.keys.map { "retry.\($0)" }
                + configuration.alerts.sinks.keys.map { "alerts.sinks.\($0)" }
        )
    }
}

/// One difference between two configurations, without secrets.
public struct ConfigurationChange: Equatable, Sendable, CustomStringConvertible {
    /// The dotted path as in the file, such as `apps.main.secret`.
    public var key: String
    /// The value before; `nil` if there was none, `(secret)` if it is secret.
    public var before: String?
    /// The value now, likewise.
    public var after: String?
    /// Whether it is in force only after the process has been restarted.
    public var needsRestart: Bool

    /// Pass `(secret)` for a secret's value: what is given here is shown.
    public init(key: String, before: String?, after: String?, needsRestart: Bool) {
        self.key = key
        self.before = before
        self.after = after
        self.needsRestart = needsRestart
    }

    /// Such as `breaker.window: 30s → 1m`, `apps.main.secret: changed`, `clients.orders: added`.
    public var description: String {
        let change =
            switch (before, after) {
            case (nil, let after): after.map { $0.isEmpty ? "added" : "set to \($0)" } ?? "changed"
            case (let before?, nil): before.isEmpty ? "removed" : "\(before) removed"
            case (let before?, let after?): before == after ? "changed" : "\(before) → \(after)"
            }
        return "\(key): \(change)" + (needsRestart ? " (after a restart)" : "")
    }
}

/// One value of a configuration as people may see it.
struct Setting: Equatable {
    /// The dotted path as in the file.
    var key: String
    /// The value as the file would have it; `(secret)` for a secret.
    var text: String
    /// What is compared: a secret's own value, else the text.
    var identity: String
    /// Whether it is in force only after the process has been restarted.
    var needsRestart = false

    init(_ key: String, _ text: String, needsRestart: Bool = false) {
        self.key = key
        self.text = text
        identity = text
        self.needsRestart = needsRestart
    }

    init(_ key: String, secret: String, needsRestart: Bool = false) {
        self.key = key
        text = "(secret)"
        identity = secret
        self.needsRestart = needsRestart
    }
}

extension GatewayConfiguration {
    /// Every value in force as `key: value` lines, defaults included and secrets left out.
    public var redactedLines: [String] {
        ConfigurationSettings.list(self).map { "\($0.key): \($0.text)" }
    }
}
