public import Weir

extension GatewayConfiguration {
    /// Every value in force as `key: value` lines, defaults included and secrets left out.
    public var redactedLines: [String] {
        ConfigurationSettings.list(self).map { "\($0.key): \($0.text)" }
    }
}
