/// Who hears of what WeChat pushes.
public struct SubscriberConfiguration: Equatable, Sendable {
    /// How an event is told.
    public enum Format: String, CaseIterable, Sendable {
        /// As JSON, in `event`.
        case json
        /// As WeChat wrote it, once it is decrypted, in `raw`.
        case raw
        /// Both.
        case both
    }

    /// Where it is told.
    public var address: DeliveryAddress
    /// What signs it.
    public var secret: String
    /// Of these apps; `nil` for all.
    public var apps: [String]?
    /// Names of events and kinds of users' messages, in either case; `*` for all.
    public var events = ["*"]
    /// How it is told.
    public var format = Format.json

    /// Every event of every app, as JSON.
    public init(address: DeliveryAddress, secret: String) {
        self.address = address
        self.secret = secret
    }

    /// Whether it wants to hear of it.
    ///
    /// - Parameters:
    ///   - event: empty for a user's message.
    ///   - type: `event`, or the kind of a user's message.
    public func wants(app: String, type: String, event: String) -> Bool {
        if let apps, !apps.contains(app) { return false }
        let name = (event.isEmpty ? type : event).lowercased()
        return events.contains { $0 == "*" || $0.lowercased() == name }
    }
}
