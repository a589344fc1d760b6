import WireJSON

/// Whether a call may be made again while nobody knows what became of the first try.
public enum Repeatability: String, CaseIterable, Sendable {
    /// It only reads, or doing it twice is doing it once.
    case always
    /// Only with a `client_msg_id`, by which WeChat knows the repeat for 10 minutes.
    case withClientMessageID = "with_client_msg_id"
    /// Only with a `clientmsgid`, by which WeChat knows the repeat for 24 hours.
    case withMassID = "with_clientmsgid"
    /// Only with `enable_duplicate_check`, by which WeCom knows the same request for 30 minutes.
    case withDuplicateCheck = "with_duplicate_check"
    /// A repeat may do it twice.
    case never

    /// The member of the body by whose text WeChat knows a repeat; nil where there is no such thing.
    public var idMember: String? {
        switch self {
        case .withClientMessageID: "client_msg_id"
        case .withMassID: "clientmsgid"
        case .withDuplicateCheck: "enable_duplicate_check"
        case .always, .never: nil
        }
    }

    /// Whether WeChat will know a repeat of this body for one, within the ``window``. The body is read leniently.
    public func knowsRepeat(of body: [UInt8]) -> Bool {
        switch self {
        case .withClientMessageID: ClientMessageID.find(in: body) != nil
        case .withMassID:
            (try? JSONObjectView(body, rules: .lenient))?.string("clientmsgid").map { !$0.isEmpty } ?? false
        case .withDuplicateCheck:
            (try? JSONObjectView(body, rules: .lenient))?.integer("enable_duplicate_check") == 1
        case .always, .never: false
        }
    }

    /// How long after the first attempt a repeat is still known as one: half-open, so that a repeat at this age is not
    /// safe. Weir stays a minute inside the 10 minutes that WeChat documents. Nil: at no time, or ``always`` at any.
    public var window: Duration? {
        switch self {
        case .withClientMessageID: .seconds(9 * 60)
        case .withMassID: .seconds(23 * 3600)
        case .withDuplicateCheck: .seconds(29 * 60)
        case .always, .never: nil
        }
    }
}
