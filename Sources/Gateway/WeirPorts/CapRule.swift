public import WeChat

/// How many messages of a type one recipient gets a day.
public struct CapRule: Equatable, Sendable {
    /// What is counted together.
    public enum Scope: String, CaseIterable, Sendable {
        /// All messages of the type to a recipient.
        case recipient
        /// Those of one template to a recipient.
        case template = "recipient+template"
    }

    /// Whose messages are counted.
    public var type: MessageType
    /// What of them is counted together.
    public var scope: Scope
    /// Messages a day of Shanghai.
    public var limit: Int

    /// The types that have one recipient.
    public static let types = MessageType.open.filter { $0 != .mass }

    /// Checks nothing: a type without one recipient is never counted.
    public init(_ type: MessageType, per scope: Scope, limit: Int) {
        (self.type, self.scope, self.limit) = (type, scope, limit)
    }
}
