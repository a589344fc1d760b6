/// What a user did, as WeChat's callback tells it, that may end what kept messages from them.
public enum UserSign: Hashable, Sendable {
    /// They followed the account.
    case followed
    /// They wrote to it, or chose something of its menu that counts as if they had.
    case spoke
    /// They said yes to messages of this template.
    case accepted(template: String)

    /// What it ends. One call too many costs less than a user who hears nothing for weeks: who follows anew begins anew.
    public var lifted: SuppressionLifting {
        switch self {
        case .followed: .all
        case .spoke: .only([.everything, .following, .conversation])
        case .accepted(let template): .only([.template(template)])
        }
    }
}

/// Which suppressions of a recipient end.
public enum SuppressionLifting: Hashable, Sendable {
    /// All of them.
    case all
    /// Those of these reaches.
    case only([SuppressionReach])
}
