import Weir

/// A configuration as a flat list of values, in the order of `docs/configuration.md`.
enum ConfigurationSettings {
    static func list(_ configuration: GatewayConfiguration) -> [Setting] {
        ConfigurationKey.Root.allCases.flatMap { $0.settings(configuration) }
    }

    static func bracketed(_ items: [String]) -> String {
        "[\(items.joined(separator: ", "))]"
    }
}
