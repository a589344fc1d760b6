/// What one errcode says of the messages that come after the one that drew it.
///
/// The table is WeChat's documentation as Weir reads it. An errcode without a row says nothing of later messages.
public struct SuppressionRule: Equatable, Sendable {
    /// What an errcode is about.
    enum Scope: Equatable, Sendable {
        case everything, following, conversation, template
    }

    /// WeChat's number.
    public let errcode: Int
    /// How long it can be so at most; `nil` where nothing but the user ends it.
    public let longest: Duration?
    let scope: Scope

    /// Every errcode that suppresses.
    public static let all: [SuppressionRule] = [
        // The user does not follow the account. What needs no follower (a subscription message) still goes.
        SuppressionRule(errcode: 43004, longest: nil, scope: .following),
        // The account has put the user on its blacklist, and takes them off it without a word to Weir.
        SuppressionRule(errcode: 43019, longest: .seconds(86_400), scope: .everything),
        // Refused, muted, or no consent left: of one template.
        SuppressionRule(errcode: 43101, longest: nil, scope: .template),
        // The time or the number of answers is used up. Only the user opens both anew, and a window lasts 48 hours.
        SuppressionRule(errcode: 45015, longest: twoDays, scope: .conversation),
        SuppressionRule(errcode: 45047, longest: twoDays, scope: .conversation),
        // The user has turned the account's messages off.
        SuppressionRule(errcode: 48002, longest: nil, scope: .everything),
    ]

    private static let twoDays = Duration.seconds(48 * 3600)

    /// Only the callback tells what users do. An app without one does not hear that a user follows, writes or consents again: whatever
    /// WeChat said then counts for so long.
    public static let longestUnheard = Duration.seconds(600)

    /// The errcode's row; `nil` where it says nothing of later messages.
    public static func rule(for errcode: Int) -> SuppressionRule? {
        all.first { $0.errcode == errcode }
    }

    /// What is suppressed when a message of this type draws the errcode; `nil` where that can't be said.
    ///
    /// - Parameter template: the message's `template_id`.
    public func reach(of type: MessageType, template: String?) -> SuppressionReach? {
        guard !SuppressionReach.reaches(of: type, template: template).isEmpty else { return nil }
        switch scope {
        case .everything: return .everything
        // It says that this type, too, wants a follower.
        case .following: return type == .template || type == .custom ? .following : .everything
        case .conversation: return type == .custom ? .conversation : nil
        case .template: return template.map { .template($0) }
        }
    }

    /// How long it is believed.
    ///
    /// - Parameters:
    ///   - wanted: what the app's configuration says.
    ///   - isHeard: whether WeChat's callback tells of what users do.
    public func lasts(wanted: Duration, isHeard: Bool) -> Duration {
        let lasts = min(wanted, longest ?? wanted)
        return isHeard ? lasts : min(lasts, SuppressionRule.longestUnheard)
    }
}
