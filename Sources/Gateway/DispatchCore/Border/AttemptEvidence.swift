package import WeirPorts

/// What an attempt's end says beyond its classification.
package struct AttemptEvidence: Equatable, Sendable {
    /// Why there is no answer; `nil` where there is one.
    package var failure: TransportFailure.Kind?
    /// Equal for calls of equal content; `nil` where the content played no part.
    package var fingerprint: UInt64?
    /// The call's path, where its lane is shared by several.
    package var path: String?
    /// Whether the call was made with the app's token, so that its acceptance proves the token.
    package var usedToken: Bool
    /// Whether WeChat's word about tokens and accounts is about the app, and not about something that the caller brought along.
    package var concernsApp = true
    /// The app has other credentials by now, or has left: what is said of the account is about what was.
    package var isOutdated = false
    /// Whether WeChat would know a repeat of the message for one: asked for where nobody knows how the attempt ended.
    package var isRepeatKnown = false
    /// The call's body comes from its caller as it is sent, and had not come whole: how long that takes is the caller's doing.
    package var isBodyIncomplete: Bool

    package init(
        failure: TransportFailure.Kind? = nil,
        fingerprint: UInt64? = nil,
        path: String? = nil,
        usedToken: Bool = true,
        isBodyIncomplete: Bool = false
    ) {
        self.failure = failure
        self.fingerprint = fingerprint
        self.path = path
        self.usedToken = usedToken
        self.isBodyIncomplete = isBodyIncomplete
    }
}
