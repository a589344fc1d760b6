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
