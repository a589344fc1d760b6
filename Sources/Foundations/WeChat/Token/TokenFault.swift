public import Timekeeping

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
