public import Timekeeping
import WeChat

/// What is known of an app's token, without the token.
public struct TokenStatus: Equatable, Sendable {
    /// When the newest token ends; `nil` while there is none.
    public var expiresAt: Timestamp?
    /// The errcode that an operator must act on.
    public var fault: Int?
    /// How often a token was replaced long before its end: somebody else refreshes it by force, or reset the secret.
    public var superseded: Int
    /// How often WeChat rejected a token and then called it current.
    public var contradicted: Int

    init(_ machine: AccessTokenMachine, at now: Moment) {
        expiresAt = machine.current.map { now.timestamp + ($0.expiresAt - now.instant) }
        fault = machine.fault?.errcode
        superseded = machine.supersededCount
        contradicted = machine.confirmedCount
    }
}
