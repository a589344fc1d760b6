/// What became of one attempt. The raw values are stored and are metric labels.
public enum Outcome: String, CaseIterable, Sendable {
    /// WeChat took it: HTTP 2xx with errcode 0 or none, or a duplicate of what it took before (45065).
    case accepted
    /// The upstream is sick and took nothing: no connection, errcode -1.
    case transient
    /// Too fast: 45011 and its like. The limiter learns from it.
    case throttled
    /// The day's quota is used up: 45009. The api's lane waits for the next day.
    case quotaExhausted = "quota_exhausted"
    /// 40001, 40014, 42001 about the token that was used. The token keeper learns from it.
    case tokenRejected = "token_rejected"
    /// Permanent for this recipient: 43004, 43101 and their like.
    case recipient
    /// Permanent for this message: 47003 and its like, and every errcode that is not known.
    case request
    /// An operator must act: 40013, 40164, 48001 and their like.
    case account
    /// Body bytes left Weir and no answer came that says whether WeChat took them.
    case unknown
}
