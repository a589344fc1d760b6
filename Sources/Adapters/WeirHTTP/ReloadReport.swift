/// What became of an order to read the configuration anew.
public struct ReloadReport: Equatable, Sendable {
    /// Whether the new configuration is in force; if not, the old one is.
    public var isInForce: Bool
    /// What changed; or what is wrong, each as `file:line:column: message`.
    public var lines: [String]

    public init(isInForce: Bool, lines: [String]) {
        self.isInForce = isInForce
        self.lines = lines
    }
}
