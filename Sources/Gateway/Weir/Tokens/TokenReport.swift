import WeChat

/// What the token keeper tells the metrics.
enum TokenReport: Sendable {
    /// A request for a token ended.
    case fetched(Classification)
    /// WeChat rejected the token in a call.
    case rejected
}
