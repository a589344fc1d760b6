import Resilience
import Timekeeping
import WeirPorts

/// One decision as the ledger keeps it: by names and by wall-clock times, which mean the same to the next process.
struct LedgerFact: Equatable, Sendable {
    /// What it is about, within its app.
    enum Subject: Equatable, Sendable {
        case app
        /// The lanes of one api, and the group whose breaker counts it.
        case api(String, group: String)
        /// A single path that the catalog doesn't know.
        case path(String)
        /// A breaker, and the api of one lane behind it.
        case breaker(host: String, group: String, api: String)
    }

    enum Content: Equatable, Sendable {
        /// An operator paused the app.
        case pause
        /// WeChat refuses the account or the api; asked again after `interval`.
        case hold(Obstacle.Reason, until: Timestamp, interval: Duration)
        /// WeChat's own counters: until a minute or day of the wall clock begins, or for a time.
        case park(Obstacle.Reason, until: Timestamp, byWallClock: Bool)
        /// An operator forced it, or it has opened so often since it was closed.
        case breaker(BreakerMode, openings: Int)
    }

    var app: String
    var subject: Subject
    var content: Content
    var cause: Cause

    /// A wait that ends within this of another's end is told as the same: calls that are refused together each move it
    /// a little.
    static let sameEnd = Duration.seconds(1)

    /// The name of its entry. No app's name has a slash.
    var name: String {
        switch subject {
        case .app: content == .pause ? LedgerFact.pause(app) : LedgerFact.hold(app)
        case .api(let api, _):
            if case .park = content { LedgerFact.park(app, api) } else { LedgerFact.hold(app, api) }
        case .path(let path): LedgerFact.path(app, path)
        case .breaker(let host, let group, _): LedgerFact.breaker(app, host: host, group: group)
        }
    }

    static func pause(_ app: String) -> String { "pause/\(app)" }
    static func hold(_ app: String) -> String { "hold/\(app)" }
    static func hold(_ app: String, _ api: String) -> String { "hold/\(app)/\(api)" }
    static func park(_ app: String, _ api: String) -> String { "park/\(app)/\(api)" }
    static func path(_ app: String, _ path: String) -> String { "path/\(app)/\(path)" }
    static func breaker(_ app: String, host: String, group: String) -> String { "breaker/\(app)/\(group)/\(host)" }

    /// When the wait ends; `nil` for what no clock ends.
    var until: Timestamp? {
        switch content {
        case .hold(_, let until, _), .park(_, let until, _): until
        case .pause, .breaker: nil
        }
    }

    /// Whether there is nothing to write after `earlier` was written.
    func repeats(_ earlier: LedgerFact) -> Bool {
        guard let until, let before = earlier.until else { return self == earlier }
        let difference = until - before
        guard difference < LedgerFact.sameEnd, .zero - difference < LedgerFact.sameEnd else { return false }
        var same = earlier
        same.cause.since = cause.since
        same.setUntil(until)
        return self == same
    }

    private mutating func setUntil(_ until: Timestamp) {
        switch content {
        case .hold(let reason, _, let interval): content = .hold(reason, until: until, interval: interval)
        case .park(let reason, _, let byWallClock): content = .park(reason, until: until, byWallClock: byWallClock)
        case .pause, .breaker: break
        }
    }
}
