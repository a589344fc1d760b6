import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts
public import WireJSON

/// An operation as the ledger keeps it.
extension BulkOperation {
    static let prefix = "operation/"

    var entryName: String { BulkOperation.prefix + id.description }

    /// `nil` where its texts are too long together, which no check lets through.
    func entry(at now: Timestamp) -> LedgerEntry? {
        var json = JSONWriter()
        json.object { json in
            json.member("kind", kind.rawValue)
            json.member("filter", object: { filter.write(to: &$0) })
            json.member("permits", rate.permits)
            json.member("per", rate.per.components.seconds)
            json.member("burst", rate.burst)
            json.member("who", who)
            json.member("reason", reason)
            json.member("created", createdAt.milliseconds)
            json.member("matched", forecast.matched)
            json.member("unfit", forecast.unfit)
            json.member("needed", forecast.quotaNeeded)
            json.member("left", forecast.quotaLeft)
            json.member("state", state.rawValue)
            json.member("cursor", cursor.description)
            json.member("done", done)
            json.member("skipped", skipped)
            if let endedAt { json.member("ended", endedAt.milliseconds) }
        }
        return LedgerEntry(name: entryName, value: json.bytes, at: now)
    }

    /// `nil` for an entry of something else, or one that this version can't read.
    init?(_ entry: LedgerEntry) {
        guard entry.name.hasPrefix(BulkOperation.prefix),
            let id = JobID(entry.name.dropFirst(BulkOperation.prefix.count)),
            let json = try? JSONObjectView(entry.value),
            let kind = json.string("kind").flatMap(Kind.init), let state = json.string("state").flatMap(State.init),
            let filter = json.object("filter").flatMap(OperationFilter.init(stored:)),
            let cursor = json.string("cursor").flatMap({ JobID($0) }), let created = json.integer("created")
        else { return nil }
        let number = { (name: String) in Int(clamping: max(0, json.integer(name) ?? 0)) }
        let rate = RateLimit(permits: number("permits"), per: .seconds(number("per")), burst: number("burst"))
        let request = OperationRequest(
            kind,
            filter,
            rate: rate,
            who: json.string("who") ?? "",
            reason: json.string("reason") ?? ""
        )
        var forecast = OperationForecast()
        forecast.matched = number("matched")
        forecast.unfit = number("unfit")
        if number("needed") > 0 {
            let left = json.integer("left").map { Int(clamping: $0) }
            forecast.quotas = [OperationForecast.Quota(app: "", api: "", needed: number("needed"), left: left)]
        }
        let createdAt = Timestamp(milliseconds: created)
        self.init(id: id, request: request, forecast: forecast, createdAt: createdAt, cursor: cursor)
        self.state = state
        done = number("done")
        skipped = number("skipped")
        endedAt = json.integer("ended").map(Timestamp.init(milliseconds:))
    }
}

extension OperationFilter {
    /// As operators write it.
    public func write(to json: inout JSONWriter) {
        json.member("app", app)
        json.member("client", client)
        json.member("type", type?.name)
        if !states.isEmpty {
            json.member("state", array: { list in for state in states { list.string(state.name) } })
        }
        json.member("errcode", errcode)
        json.member("template_id", search.template)
        json.member("since", since?.rfc3339)
        json.member("until", until?.rfc3339)
        json.member("text", search.text)
    }

    fileprivate init?(stored json: JSONObjectView) {
        self.init()
        app = json.string("app")
        client = json.string("client")
        if let name = json.string("type") {
            guard let type = MessageType(name: name) else { return nil }
            self.type = type
        }
        states = json.value("state")?.array?.compactMap { $0.string.flatMap(JobState.init(name:)) } ?? []
        errcode = json.integer("errcode").map { Int(clamping: $0) }
        search = MessageSearch(template: json.string("template_id"), text: json.string("text"))
        since = json.string("since").flatMap(Timestamp.init(rfc3339:))
        until = json.string("until").flatMap(Timestamp.init(rfc3339:))
    }
}
