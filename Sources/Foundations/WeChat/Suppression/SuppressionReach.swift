/// What of a recipient's messages WeChat has said it will not take.
public enum SuppressionReach: Hashable, Sendable {
    /// All of the account's messages to the recipient.
    case everything
    /// What only a follower gets: template and customer-service messages.
    case following
    /// Customer-service messages.
    case conversation
    /// What is sent with this template.
    case template(String)

    /// The most bytes that a template's id has. WeChat's have 43.
    public static let longestTemplate = 128

    /// What may stop a message of this type, widest first.
    public static func reaches(of type: MessageType, template: String?) -> [SuppressionReach] {
        switch type {
        case .template: [.everything, .following] + (template.map { [.template($0)] } ?? [])
        case .subscribe, .miniProgram: [.everything] + (template.map { [.template($0)] } ?? [])
        case .custom: [.everything, .following, .conversation]
        case .mass, .dingtalk, .wecom, .wecomApp, .feishu, .webhook: []
        }
    }
}

extension SuppressionReach {
    private static let templatePrefix = "template:"

    /// As it is stored.
    public var stored: String {
        switch self {
        case .everything: "everything"
        case .following: "following"
        case .conversation: "conversation"
        case .template(let id): SuppressionReach.templatePrefix + id
        }
    }

    /// Reads what `stored` wrote; `nil` for anything else.
    public init?(stored: String) {
        switch stored {
        case "everything": self = .everything
        case "following": self = .following
        case "conversation": self = .conversation
        default:
            guard stored.hasPrefix(SuppressionReach.templatePrefix) else { return nil }
            self = .template(String(stored.dropFirst(SuppressionReach.templatePrefix.count)))
        }
    }

    /// The same without the template's id, as the API shows it.
    public var word: String {
        switch self {
        case .everything: "everything"
        case .following: "following"
        case .conversation: "conversation"
        case .template: "template"
        }
    }

    /// The template's id, where it is about one.
    public var template: String? {
        if case .template(let id) = self { id } else { nil }
    }
}
