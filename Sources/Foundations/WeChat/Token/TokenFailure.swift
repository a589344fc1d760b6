public import Timekeeping

/// How a fetch of a token failed.
public enum TokenFailure: Equatable, Sendable {
    /// No connection, a timeout, errcode -1, no readable answer.
    case transient
    /// 45011 and its like.
    case throttled
    /// 45009.
    case quotaExhausted
    /// What an operator has to mend.
    case fault(errcode: Int, detail: String)

    /// The failure that a classified answer of the token endpoint is; nil when it is none.
    public init?(_ classification: Classification) {
        switch classification.outcome {
        case .accepted: return nil
        case .throttled: self = .throttled
        case .quotaExhausted: self = .quotaExhausted
        case .transient, .unknown: self = .transient
        case .tokenRejected, .recipient, .request, .account:
            // Weir's call is always the same: whatever is wrong with it is wrong with the configuration. Without a code
            // it is Weir's own mistake (412).
            guard let code = classification.errcode else {
                self = .transient
                return
            }
            self = .fault(errcode: code, detail: classification.errmsg ?? "")
        }
    }
}

/// Why WeChat gives no token until somebody changes something.
public struct TokenFault: Equatable, Sendable {
    /// WeChat's code: 40001 and 40125 (secret), 40013 (appid), 40164 (IP) and their like.
    public var errcode: Int
    /// WeChat's text, at most 1 KiB. For 40164 it names the IP to allow.
    public var detail: String
    /// When this code was met first.
    public var since: Instant

    /// A fault that was met first at an instant.
    public init(errcode: Int, detail: String, since: Instant) {
        self.errcode = errcode
        self.detail = detail
        self.since = since
    }
}

/// What a failed fetch changed.
public enum TokenSetback: Equatable, Sendable {
    /// A fault is new, or has another code than before: worth an alert.
    case faulted(TokenFault)
    /// The known fault stands.
    case stillFaulted(TokenFault)
    /// It will be tried again.
    case retrying
    /// The fetch had been given up before.
    case ignored
}

/// One call of `stable_token`. Its number ties the answer to it.
public struct TokenFetch: Equatable, Sendable {
    /// Counts from 1.
    public let number: UInt64
    /// When it was begun.
    public let startedAt: Instant
}
