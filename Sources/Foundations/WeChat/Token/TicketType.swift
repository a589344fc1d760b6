/// The tickets that an account's pages are signed with. The raw values are those of getticket's `type`, and metric labels.
public enum TicketType: String, CaseIterable, Sendable {
    /// For the JS-SDK.
    case jsapi
    /// For cards and coupons.
    case card = "wx_card"
}
