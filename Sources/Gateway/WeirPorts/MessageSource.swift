/// Who wants a message to be sent.
public enum MessageSource: String, CaseIterable, Sendable {
    /// A client: something was promised about it.
    case client
    /// Weir itself, about Alertmanager's alerts.
    case alert

    /// Who sent a message that came with this key. Alerts' keys have a form of their own, so that a journal need keep nothing else.
    public init(idempotencyKey key: String?) {
        self = key.map(MessageSource.isAlerts) ?? false ? .alert : .client
    }

    /// What the keys of alerts begin with.
    public static let alertKeyPrefix = "alert-"

    /// `alert-`, 64 hexadecimal digits, and two numbers.
    private static func isAlerts(_ key: String) -> Bool {
        guard key.hasPrefix(alertKeyPrefix) else { return false }
        let parts = key.dropFirst(alertKeyPrefix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].utf8.count == 64 else { return false }
        let isDigest = parts[0].utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
        return isDigest && parts.dropFirst().allSatisfy { $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
    }
}
