/// What an errcode is true of, and so what has to wait or stop because of it.
public enum ErrorScope: String, CaseIterable, Sendable {
    /// This message or call alone.
    case message
    /// One recipient.
    case recipient
    /// One recipient and one template.
    case recipientTemplate = "recipient_template"
    /// One template.
    case template
    /// One path of one account.
    case api
    /// The whole account.
    case app
}
