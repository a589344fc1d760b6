import WeChat

/// A sink on WeChat: one message for each recipient.
public struct AlertMessageConfiguration: Equatable, Sendable {
    /// What kind of message. The raw values are the sinks' types in the configuration.
    public enum Kind: String, CaseIterable, Sendable {
        case template
        /// A service account's subscription notice.
        case subscribe
        /// A customer-service text, which WeChat takes for 48 hours after its reader wrote to the account.
        case custom
    }

    /// The app's name.
    public var app: String
    /// Which of WeChat's messages it is.
    public var kind: Kind
    /// Openids.
    public var recipients: [String]
    /// The template's id; empty for `custom`.
    public var templateID = ""
    /// What a tap opens: `url` of a template message, `page` of a subscription notice.
    public var link: AlertTemplate?
    /// The template's variables; empty for `custom`.
    public var fields: [AlertField] = []
    /// The text of a `custom` message.
    public var text = AlertTemplate.standard
    /// `custom` messages that a long list of alerts may take: a person's phone rings for each.
    public var parts = 1

    /// Without link and fields; a text is the standard one.
    public init(app: String, kind: Kind, recipients: [String]) {
        self.app = app
        self.kind = kind
        self.recipients = recipients
    }

    var type: MessageType {
        switch kind {
        case .template: .template
        case .subscribe: .subscribe
        case .custom: .custom
        }
    }
}
