/// Weir's own answers on the relay: errcodes that WeChat does not use, over HTTP 200, because the SDKs read nothing else.
///
/// Every one but `outcomeUnknown` means that WeChat did not take the call.
public enum RelayRefusal: Int, CaseIterable, Sendable {
    case rateLimited = 990_001
    case breakerOpen = 990_002
    /// Bytes left Weir and no answer came.
    case outcomeUnknown = 990_003
    /// Credentials need an operator, or an operator paused the app.
    case appUnavailable = 990_004
    case quotaExhausted = 990_005
    case unknownClient = 990_006
    /// Reserved for recipients that are known not to want messages.
    case recipientSuppressed = 990_007
    case requestTooLarge = 990_008
    /// No byte was sent.
    case unreachable = 990_009
    case overloaded = 990_010
    case notRelayed = 990_011
    /// -1 to the last attempt.
    case busy = 990_012
}
