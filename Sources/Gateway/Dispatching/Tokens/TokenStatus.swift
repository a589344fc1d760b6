public import Timekeeping
package import WeChat
package import WeirPorts

/// What becomes known of an app's token.
package enum TokenReport: Sendable {
    /// A request for a token brought one.
    case fetched(Classification, path: String)
    /// A request for a token brought none.
    case notFetched(Classification, path: String)
    /// WeChat rejected the token in a call.
    case rejected
    /// A request brought another token long before the old one's end: somebody else asks for it by force or reset the secret, or,
    /// where `isExpected`, this gateway has another secret.
    case superseded(isExpected: Bool)
    /// WeChat calls a token current that it had just rejected.
    case confirmed
    /// A request for a token reached the host, or failed.
    case asked(host: String, TransportFailure?)
}

/// What is known of an app's token, without the token.
public struct TokenStatus: Equatable, Sendable {
    /// When the token in use ends; `nil` while there is none, and while WeChat refuses the one there is.
    public var expiresAt: Timestamp?
    /// For how long there has been no token that can be used; `nil` while there is one.
    public var unusableFor: Duration?
    /// The errcode that an operator must act on.
    public var fault: Int?
    /// How often a token was replaced long before its end: somebody else refreshes it by force, or reset the secret.
    public var superseded: Int
    /// How often WeChat rejected a token and then called it current.
    public var contradicted: Int

    init(_ machine: AccessTokenMachine, at now: Moment) {
        expiresAt = machine.expiry(at: now)
        fault = machine.fault?.errcode
        superseded = machine.supersededCount
        contradicted = machine.confirmedCount
    }
}

extension AccessTokenMachine {
    /// When the token, or ticket, that works as far as is known ends; `nil` where there is none.
    func expiry(at now: Moment) -> Timestamp? {
        trusted(at: now.instant).map { now.timestamp + ($0.expiresAt - now.instant) }
    }
}
