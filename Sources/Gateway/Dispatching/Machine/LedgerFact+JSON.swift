import Resilience
import Timekeeping
import WeChat
import WeirPorts
import WireJSON

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
        default: return nil
        }
    }

    private static func subject(_ content: Content, _ json: JSONObjectView) -> Subject? {
        let (api, group) = (json.string("api"), json.string("group"))
        switch content {
        case .pause: return .app
        case .hold where api == nil: return .app
        case .park where api == nil: return json.string("path").map { .path($0) }
        case .hold, .park:
            guard let api, let group else { return nil }
            return .api(api, group: group)
        case .breaker:
            guard let host = json.string("host"), let api, let group else { return nil }
            return .breaker(host: host, group: group, api: api)
        }
    }
}
