package import WeChat

/// What becomes known of an app's token.
package enum TokenReport: Sendable {
    /// A request for a token brought one.
    case fetched(Classification)
    /// A request for a token brought none.
    case notFetched(Classification)
    /// WeChat rejected the token in a call.
    case rejected
}
