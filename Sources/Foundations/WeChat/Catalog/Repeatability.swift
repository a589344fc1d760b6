/// Whether a call may be made again while nobody knows what became of the first try.
public enum Repeatability: String, CaseIterable, Sendable {
    /// It only reads, or doing it twice is doing it once.
    case always
    /// Only with a `client_msg_id`, by which WeChat knows the repeat for 10 minutes.
    case withClientMessageID = "with_client_msg_id"
    /// Only with a `clientmsgid`, by which WeChat knows the repeat for 24 hours.
    case withMassID = "with_clientmsgid"
    /// A repeat may do it twice.
    case never

    /// How long after the first attempt a repeat is still known as one: half-open, so that a repeat at this age is not
    /// safe. Weir stays a minute inside the 10 minutes that WeChat documents. Nil: at no time, or ``always`` at any.
    public var window: Duration? {
        switch self {
        case .withClientMessageID: .seconds(9 * 60)
        case .withMassID: .seconds(23 * 3600)
        case .always, .never: nil
        }
    }
}
