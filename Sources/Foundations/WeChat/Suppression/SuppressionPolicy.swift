/// For which types of an app's messages Weir remembers who can't be reached, and how long.
public struct SuppressionPolicy: Equatable, Sendable {
    /// Template messages.
    public var template = true
    /// Subscription messages of an official account.
    public var subscribe = true
    /// Subscription messages of a mini program.
    public var miniProgram = true
    /// Customer-service messages.
    public var custom = true
    /// How long it is remembered, unless the user or an operator ends it before, or the errcode can't be so for so long.
    public var lasts = Duration.seconds(30 * 86_400)

    /// All types, for 30 days.
    public init() {}

    /// Whether messages of this type suppress their recipients and are refused for it.
    public func covers(_ type: MessageType) -> Bool {
        switch type {
        case .template: template
        case .subscribe: subscribe
        case .miniProgram: miniProgram
        case .custom: custom
        case .mass, .dingtalk, .wecom, .wecomApp, .feishu, .webhook: false
        }
    }
}
