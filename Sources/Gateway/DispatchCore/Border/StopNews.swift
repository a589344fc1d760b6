package import Timekeeping

/// WeChat's word has stopped an app, an api or a path, or that is over: for people.
package struct StopNews: Equatable, Sendable {
    package enum Kind: String, Equatable, Sendable {
        /// WeChat refuses the account or the api: an operator must act.
        case held
        /// WeChat's counters must start anew.
        case parked
    }

    package var kind: Kind
    package var isOver: Bool
    package var app: String
    /// The api's label, or the path of one that the catalog doesn't know; `nil` where it is about the whole app.
    package var api: String?
    package var reason: Obstacle.Reason
    /// Such as `errcode 45009`.
    package var why: String
    /// WeChat's, where it was one that stopped it.
    package var errcode: Int?
    package var since: Timestamp
    /// When a park ends, or a held app or api is asked again.
    package var until: Timestamp

    /// `nil` for a fact that is no wait because of WeChat's word.
    init?(_ fact: LedgerFact, isOver: Bool) {
        switch fact.content {
        case .hold(let reason, let until, _): (kind, self.reason, self.until) = (.held, reason, until)
        case .park(let reason, let until, _): (kind, self.reason, self.until) = (.parked, reason, until)
        case .pause, .breaker, .quota, .clearings: return nil
        }
        switch fact.subject {
        case .app: api = nil
        case .api(let label, _): api = label
        case .path(let path): api = path
        case .breaker: return nil
        }
        self.isOver = isOver
        app = fact.app
        why = fact.cause.why
        errcode = fact.cause.errcode
        since = fact.cause.since
    }
}
