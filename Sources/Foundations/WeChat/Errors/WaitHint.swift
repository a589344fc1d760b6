/// How long what an errcode speaks about will last, as far as WeChat says.
public enum WaitHint: Hashable, Sendable {
    /// Nothing is said: the retry class decides.
    case none
    /// At least this many seconds.
    case seconds(Int)
    /// Until the next clock minute.
    case nextMinute
    /// Until 00:00 in Shanghai. Monthly allowances have it too, and are then asked again once a day.
    case midnight
}
