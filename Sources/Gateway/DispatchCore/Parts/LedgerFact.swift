import Resilience
import Timekeeping
import WeChat
import WeirPorts
import WireJSON

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
        /// What of an api's daily quota was used, on the day that ends then, and what WeChat said that it is.
        case quota(used: Int, learnt: Int?, dayEnds: Timestamp)
        /// How often an operator had the app's quotas cleared, in the month that ends then.
        case clearings(Int, monthEnds: Timestamp)
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
        case .app:
            switch content {
            case .pause: LedgerFact.pause(app)
            case .clearings: LedgerFact.clearings(app)
            case .hold, .park, .breaker, .quota: LedgerFact.hold(app)
            }
        case .api(let api, _):
            switch content {
            case .park: LedgerFact.park(app, api)
            case .quota: LedgerFact.quota(app, api)
            case .pause, .hold, .breaker, .clearings: LedgerFact.hold(app, api)
            }
        case .path(let path): LedgerFact.path(app, path)
        case .breaker(let host, let group, _): LedgerFact.breaker(app, host: host, group: group)
        }
    }

    static func clearings(_ app: String) -> String { "cleared/\(app)" }
    static func pause(_ app: String) -> String { "pause/\(app)" }
    static func hold(_ app: String) -> String { "hold/\(app)" }
    static func hold(_ app: String, _ api: String) -> String { "hold/\(app)/\(api)" }
    static func park(_ app: String, _ api: String) -> String { "park/\(app)/\(api)" }
    static func quota(_ app: String, _ api: String) -> String { "quota/\(app)/\(api)" }
    static func path(_ app: String, _ path: String) -> String { "path/\(app)/\(path)" }
    static func breaker(_ app: String, host: String, group: String) -> String { "breaker/\(app)/\(group)/\(host)" }

    /// When the wait ends; `nil` for what no clock ends.
    var until: Timestamp? {
        switch content {
        case .hold(_, let until, _), .park(_, let until, _): until
        case .pause, .breaker, .quota, .clearings: nil
        }
    }

    /// Whether it stops nothing and is only counted.
    var isCount: Bool {
        switch content {
        case .quota, .clearings: true
        case .pause, .hold, .park, .breaker: false
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
        case .pause, .breaker, .quota, .clearings: break
        }
    }
}

/// What the next process makes of a wait. Its clock may have been set meanwhile, forward or back: no wait gets longer
/// than it was when it began, and WeChat's own minutes and days are those that the clock shows now.
extension LedgerFact {
    /// The park; `nil` where it is none, or is over.
    func park(at now: SteadyClock.Present) -> Park? {
        guard case .park(let reason, let until, let byWallClock) = content, until > now.wall else { return nil }
        guard byWallClock else {
            let end = now.instant + min(until - now.wall, until - cause.since)
            guard end > now.instant else { return nil }
            return Park(obstacle: reason, end: .instant(end), cause: cause)
        }
        let latest = reason == .quotaExhausted ? ChinaTime.nextMidnight : ChinaTime.nextMinute
        return Park(obstacle: reason, end: .wall(min(until, latest(now.wall))), cause: cause)
    }

    /// The hold. One whose time is over stands still: the next call is its probe.
    func hold(at now: SteadyClock.Present) -> Hold? {
        guard case .hold(let reason, let until, let interval) = content else { return nil }
        let left = max(.zero, min(until - now.wall, interval))
        return Hold(cause, reason: reason, interval: interval, until: now.instant + left)
    }

    /// Whether time alone has ended it.
    func isOver(at now: Timestamp) -> Bool {
        switch content {
        case .park(_, let until, _): until <= now
        case .quota(_, _, let dayEnds): dayEnds <= now
        case .clearings(_, let monthEnds): monthEnds <= now
        case .pause, .hold, .breaker: false
        }
    }
}

extension LedgerFact {
    /// The api of the lane that it is about; `nil` where it is about none, or about a host that is not the app's any
    /// more.
    func api(host: String) -> APIDescriptor? {
        switch subject {
        case .app, .path: nil
        case .api(let label, let group): LedgerFact.descriptor(label, group: group)
        case .breaker(let behind, let group, let label):
            behind == host ? LedgerFact.descriptor(label, group: group) : nil
        }
    }

    /// A label that the catalog doesn't have is a path that the configuration limits, `other`, or a robot's.
    private static func descriptor(_ label: String, group: String) -> APIDescriptor? {
        let known = APICatalog.descriptor(method: "POST", path: label)
        if known.label == label, label != APICatalog.otherLabel { return known }
        guard let group = APIGroup(rawValue: group) else { return nil }
        if group == .robot, let type = MessageType(api: label) { return type.descriptor }
        return APIDescriptor(
            label: label,
            group: group,
            repeatability: .never,
            expectsJSON: group == .robot,
            kind: group == .sns ? .sns : .business
        )
    }
}

/// A fact as an entry of the ledger. The first part of the name says what kind it is; the value is a small JSON object.
///
/// Members may be added; what these mean must not change, as the entries of earlier versions are read.
extension LedgerFact {
    /// `nil` where a name is longer than an entry's may be: it is then not kept.
    func entry(at now: Timestamp) -> LedgerEntry? {
        var json = JSONWriter()
        json.object { json in
            json.member("app", app)
            json.member("why", cause.why)
            json.member("since", cause.since.milliseconds)
            write(subject, to: &json)
            write(content, to: &json)
        }
        return LedgerEntry(name: name, value: json.bytes, at: now)
    }

    private func write(_ subject: Subject, to json: inout JSONWriter) {
        switch subject {
        case .app: break
        case .api(let api, let group):
            json.member("api", api)
            json.member("group", group)
        case .path(let path): json.member("path", path)
        case .breaker(let host, let group, let api):
            json.member("host", host)
            json.member("group", group)
            json.member("api", api)
        }
    }

    private func write(_ content: Content, to json: inout JSONWriter) {
        switch content {
        case .pause: break
        case .hold(let reason, let until, let interval):
            json.member("reason", reason.rawValue)
            json.member("until", until.milliseconds)
            json.member("interval_ms", interval.inMilliseconds)
        case .park(let reason, let until, let byWallClock):
            json.member("reason", reason.rawValue)
            json.member("until", until.milliseconds)
            json.member("wall_clock", byWallClock)
        case .breaker(let mode, let openings):
            json.member("mode", mode.rawValue)
            json.member("openings", openings)
        case .quota(let used, let learnt, let dayEnds):
            json.member("used", used)
            if let learnt { json.member("limit", learnt) }
            json.member("until", dayEnds.milliseconds)
        case .clearings(let count, let monthEnds):
            json.member("count", count)
            json.member("until", monthEnds.milliseconds)
        }
    }

    /// `nil` for an entry of another kind, such as a later version's, and for one that is damaged.
    init?(_ entry: LedgerEntry) {
        guard let json = try? JSONObjectView(entry.value), let app = json.string("app"), let why = json.string("why"),
            let since = json.integer("since"), let content = LedgerFact.content(entry.name, json),
            let subject = LedgerFact.subject(content, json)
        else { return nil }
        self.init(
            app: app,
            subject: subject,
            content: content,
            cause: Cause(why, since: Timestamp(milliseconds: since))
        )
        guard name == entry.name else { return nil }
    }

    private static func content(_ name: String, _ json: JSONObjectView) -> Content? {
        let until = json.integer("until").map(Timestamp.init(milliseconds:))
        let reason = json.string("reason").flatMap(Obstacle.Reason.init)
        switch name.prefix(while: { $0 != "/" }) {
        case "pause": return .pause
        case "hold":
            guard let reason, reason == .account || reason == .tokenRejected, let until,
                let interval = json.integer("interval_ms"), interval > 0
            else { return nil }
            return .hold(reason, until: until, interval: min(.milliseconds(interval), Hold.longestInterval))
        case "park", "path":
            guard let reason, reason == .quotaExhausted || reason == .throttled, let until,
                let byWallClock = json.bool("wall_clock")
            else { return nil }
            return .park(reason, until: until, byWallClock: byWallClock)
        case "breaker":
            guard let mode = json.string("mode").flatMap(BreakerMode.init), let openings = json.integer("openings")
            else { return nil }
            return .breaker(mode, openings: Int(clamping: openings))
        case "quota":
            guard let used = json.integer("used"), let until else { return nil }
            let learnt = json.integer("limit").map { Int(clamping: $0) }
            return .quota(used: Int(clamping: used), learnt: learnt, dayEnds: until)
        case "cleared":
            guard let count = json.integer("count"), let until else { return nil }
            return .clearings(Int(clamping: count), monthEnds: until)
        default: return nil
        }
    }

    private static func subject(_ content: Content, _ json: JSONObjectView) -> Subject? {
        let (api, group) = (json.string("api"), json.string("group"))
        switch content {
        case .pause, .clearings: return .app
        case .hold where api == nil: return .app
        case .park where api == nil: return json.string("path").map { .path($0) }
        case .hold, .park, .quota:
            guard let api, let group else { return nil }
            return .api(api, group: group)
        case .breaker:
            guard let host = json.string("host"), let api, let group else { return nil }
            return .breaker(host: host, group: group, api: api)
        }
    }
}
