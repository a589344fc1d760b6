import Queueing
import Resilience
import Timekeeping
import WeChat
import Weir
import WireJSON

/// The body of `POST /v1/redrive` and `POST /v1/cancel`, as it was read and found good.
struct OperationOrder: Equatable, Sendable {
    var request: OperationRequest
    var isDryRun = false

    private static let members = ["filter", "dry_run", "rate", "reason"]

    /// - Parameters:
    ///   - who: the operator.
    ///   - header: the reason that a header gives, where the body has none.
    init(_ body: [UInt8], kind: BulkOperation.Kind, by who: String, header: String?) throws(MessageRefusal) {
        let json = try OrderJSON(body, members: OperationOrder.members, at: "")
        isDryRun = try json.flag("dry_run")
        guard let view = try json.object("filter") else {
            throw OrderJSON.invalid(
                "filter",
                "is missing: {\"filter\": {\"app\": \"main\"}}, or {\"all\": true} for all"
            )
        }
        let filter = try OperationFilter(OrderJSON(view, members: OrderJSON.filterMembers, at: "filter."))
        let reason = try json.reason(header, isNeeded: !isDryRun)
        request = OperationRequest(kind, filter, who: who, reason: reason)
        if let rate = try json.text("rate", most: 32) { request.rate = try OperationOrder.rate(rate) }
    }

    private static func rate(_ text: String) throws(MessageRefusal) -> RateLimit {
        do throws(RateText.Problem) { return OperationRate.paced(try RateText.parse(text)) } catch {
            switch error {
            case .syntax: throw OrderJSON.invalid("rate", "must be such as 50/s, 600/m, 5000/h or 10000/d")
            case .zero: throw OrderJSON.invalid("rate", "must be above 0; to stop it there is pause")
            case .tooFast: throw OrderJSON.invalid("rate", "is over \(OperationRate.fastest)/s")
            }
        }
    }
}

/// The body of `POST /v1/forget`.
struct ForgetOrder: Equatable, Sendable {
    var app: String
    var recipient: String
    var reason: String

    init(_ body: [UInt8], header: String?) throws(MessageRefusal) {
        let json = try OrderJSON(body, members: ["app", "to", "reason"], at: "")
        guard let app = try json.text("app", most: OperationFilter.longestName), !app.isEmpty else {
            throw OrderJSON.invalid("app", "is missing: the app's name or AppID")
        }
        guard let to = try json.text("to", most: MessageAddress.longestRecipient), !to.isEmpty else {
            throw OrderJSON.invalid("to", "is missing: the person's openid")
        }
        (self.app, recipient) = (app, to)
        reason = try json.reason(header, isNeeded: true)
    }
}

/// One object of an order, whose members are known.
struct OrderJSON {
    private let json: JSONObjectView
    private let path: String

    static let filterMembers = [
        "app", "api", "type", "client", "state", "errcode", "template_id", "since", "until", "text", "all",
    ]
    /// Bytes of a reason.
    private static let longestReason = 200

    init(_ body: [UInt8], members: [String], at path: String) throws(MessageRefusal) {
        let view: JSONObjectView
        do throws(JSONProblem) { view = try JSONObjectView(body) } catch {
            throw MessageRefusal(.malformed, "the body is no JSON object: \(error)")
        }
        try self.init(view, members: members, at: path)
    }

    init(_ json: JSONObjectView, members: [String], at path: String) throws(MessageRefusal) {
        (self.json, self.path) = (json, path)
        for member in json.members {
            let name = json.name(of: member)
            guard members.contains(name) else {
                let shown = Stranger.printable(name, bytes: 64)
                throw OrderJSON.invalid("\(path)\(shown)", "is not known: \(members.joined(separator: ", ")) are")
            }
            guard json.count(of: name) == 1 else { throw OrderJSON.invalid("\(path)\(name)", "stands there twice") }
        }
    }

    static func invalid(_ field: String, _ problem: String) -> MessageRefusal {
        MessageRefusal(.invalid, "\(field) \(problem)", field: field)
    }

    func invalid(_ name: String, _ problem: String) -> MessageRefusal { OrderJSON.invalid(path + name, problem) }

    /// The member's value; `nil` where it is missing or null.
    func value(_ name: String) -> JSONValue? {
        json.value(name).flatMap { $0.kind == .null ? nil : $0 }
    }

    func text(_ name: String, most: Int) throws(MessageRefusal) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { throw invalid(name, "must be a string") }
        guard text.utf8.count <= most else { throw invalid(name, "is over \(most) bytes") }
        return text
    }

    /// A text that leaves something out. An empty one would match everything, or what nobody means.
    func filter(_ name: String, most: Int) throws(MessageRefusal) -> String? {
        let text = try text(name, most: most)
        if text == "" { throw invalid(name, "is empty: leave it out, or say which") }
        return text
    }

    func flag(_ name: String) throws(MessageRefusal) -> Bool {
        guard let value = value(name) else { return false }
        guard let flag = value.bool else { throw invalid(name, "must be true or false") }
        return flag
    }

    func integer(_ name: String) throws(MessageRefusal) -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.integer, abs(number) <= 1 << 31 else { throw invalid(name, "must be a whole number") }
        return Int(number)
    }

    func time(_ name: String) throws(MessageRefusal) -> Timestamp? {
        guard let text = try text(name, most: 64) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw invalid(name, "must be a time with an offset, such as 2026-11-21T09:00:00+08:00")
        }
        return time
    }

    func object(_ name: String) throws(MessageRefusal) -> JSONObjectView? {
        guard let value = value(name) else { return nil }
        guard let object = value.object else { throw invalid(name, "must be an object") }
        return object
    }

    /// One text or an array of them.
    func texts(_ name: String, most: Int) throws(MessageRefusal) -> [String] {
        guard let value = value(name) else { return [] }
        guard value.kind == .array else { return [try text(name, most: 64) ?? ""] }
        guard let elements = value.elements(upTo: most) else { throw invalid(name, "has more than \(most) values") }
        var texts: [String] = []
        for element in elements {
            guard let text = element.string else { throw invalid(name, "must be a string, or an array of strings") }
            texts.append(text)
        }
        return texts
    }

    /// The member `reason`, else the header.
    func reason(_ header: String?, isNeeded: Bool) throws(MessageRefusal) -> String {
        let given = try text("reason", most: OrderJSON.longestReason) ?? header ?? ""
        guard given.utf8.count <= OrderJSON.longestReason else {
            throw invalid("reason", "is over \(OrderJSON.longestReason) bytes")
        }
        guard given.unicodeScalars.allSatisfy(Stranger.isShown) else {
            throw invalid("reason", "must be one line of plain text")
        }
        guard !isNeeded || given.contains(where: { $0 != " " }) else {
            throw invalid("reason", "is missing: why, in a few words, for those who read the audit trail")
        }
        return given
    }
}

extension OperationFilter {
    init(_ json: OrderJSON) throws(MessageRefusal) {
        self.init()
        app = try json.filter("app", most: OperationFilter.longestName)
        client = try json.filter("client", most: OperationFilter.longestName)
        type = try OperationFilter.type(json)
        for name in try json.texts("state", most: 8) {
            guard let state = JobState(name: name) else {
                let names = JobState.allCases.map(\.name).joined(separator: ", ")
                throw json.invalid("state", "must be one of \(names)")
            }
            if !states.contains(state) { states.append(state) }
        }
        errcode = try json.integer("errcode")
        search.template = try json.filter("template_id", most: OperationFilter.longestName)
        search.text = try json.filter("text", most: MessageSearch.longestText)
        since = try json.time("since")
        until = try json.time("until")
        if let since, let until, since >= until { throw json.invalid("until", "is not after since") }
        let isAll = try json.flag("all")
        if isEmpty, !isAll {
            throw json.invalid("all", "must be true where nothing else is said: then it is about all messages")
        }
        if isAll, !isEmpty { throw json.invalid("all", "contradicts what else is said") }
    }

    private static func type(_ json: OrderJSON) throws(MessageRefusal) -> MessageType? {
        var found: MessageType?
        if let name = try json.text("type", most: 32) {
            guard let type = MessageType(name: name) else {
                throw json.invalid("type", "must be one of \(MessageType.allCases.map(\.name).joined(separator: ", "))")
            }
            found = type
        }
        guard let path = try json.filter("api", most: 128) else { return found }
        guard let type = MessageType.allCases.first(where: { $0.lanePath == path }) else {
            throw json.invalid("api", "must be a path that messages wait for, such as \(MessageType.template.lanePath)")
        }
        guard found == nil || found == type else { throw json.invalid("api", "is not that of type") }
        return type
    }
}
