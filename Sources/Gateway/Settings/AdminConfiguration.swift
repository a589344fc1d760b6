/// Who may operate the gateway, beside whoever has `server.admin_key`.
public struct AdminConfiguration: Equatable, Sendable {
    /// By the operators' names.
    public var keys: [String: OperatorKey] = [:]

    /// Nobody.
    public init() {}
}

/// An operator's key on the admin listener.
public struct OperatorKey: Equatable, Sendable {
    /// What they send as `Authorization: Bearer`.
    public var key: String
    /// What they may do.
    public var role: OperatorRole

    /// By default they may look.
    public init(key: String, role: OperatorRole = .see) {
        self.key = key
        self.role = role
    }
}

/// What an operator may do: each includes the ones before it.
public enum OperatorRole: String, CaseIterable, Comparable, Sendable {
    /// Look: whatever is asked by GET.
    case see
    /// Change what Weir does: pause, force, cancel, redrive, lift, forget, reload.
    case act
    /// What costs the account something that is not to be had back: clearing its quotas.
    case admin

    public static func < (left: OperatorRole, right: OperatorRole) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .see: 0
        case .act: 1
        case .admin: 2
        }
    }
}
