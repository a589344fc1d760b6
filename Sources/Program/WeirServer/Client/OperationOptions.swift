import Addressing
import ArgumentParser
import Weir
import WireJSON

/// What an operator has done to many messages at once, at a rate: an operation, which the gateway keeps and goes on with by itself.
struct OperationOptions: ParsableArguments {
    @Option(help: "Messages of this type, such as template.")
    var type: String?

    @Option(help: "Messages for this path, such as /cgi-bin/message/template/send.")
    var api: String?

    @Option(help: "Messages whose last attempt ended with this errcode.")
    var errcode: Int?

    @Option(help: "Messages with this template_id.")
    var templateId: String?

    @Option(help: "Accepted before this time.")
    var until: String?

    @Option(help: "Messages with this text in their body or reason.")
    var text: String?

    @Flag(help: "All messages of the state, where no other filter is given.")
    var all = false

    @Flag(help: "Only says what would be done.")
    var dryRun = false

    @Option(help: "How fast, such as 50/s, which is the default.")
    var rate: String?

    @Option(help: "Why, for the audit trail.")
    var reason: String?

    /// Whether an operation is asked for, beside what a page by page redrive has, too.
    var isAsked: Bool {
        all || dryRun || [type, api, templateId, until, text, rate, reason].contains { $0 != nil } || errcode != nil
    }

    func check(_ filter: FilterOptions, hasIDs: Bool) throws {
        guard isAsked else { return }
        if hasIDs {
            let isReasonAlone = !all && !dryRun && [type, api, templateId, until, text, rate].allSatisfy { $0 == nil }
            guard isReasonAlone, errcode == nil else {
                throw ValidationError("an id is one message: of an operation's options only --reason goes with it")
            }
            return
        }
        guard filter.to == nil, filter.limit == nil, filter.cursor == nil else {
            throw ValidationError("an operation has no --to, --limit or --cursor: it meets all that match, by itself")
        }
        let texts = [
            ("app", filter.app), ("client", filter.client), ("state", filter.state), ("type", type), ("api", api),
            ("template-id", templateId), ("text", text),
        ]
        if let (name, _) = texts.first(where: { $0.1 == "" }) {
            throw ValidationError("--\(name) is empty: leave it out, or say which")
        }
    }

    /// For what is asked about single messages.
    var headers: [HeaderField] { reason.map { [HeaderField("X-Weir-Reason", $0)] } ?? [] }

    func body(_ filter: FilterOptions) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member(
                "filter",
                object: { json in
                    let states = filter.state?.split(separator: ",").map(String.init) ?? []
                    if !states.isEmpty {
                        json.member("state", array: { list in for state in states { list.string(state) } })
                    }
                    json.member("app", filter.app)
                    json.member("client", filter.client)
                    json.member("type", type)
                    json.member("api", api)
                    json.member("errcode", errcode)
                    json.member("template_id", templateId)
                    json.member("since", filter.since)
                    json.member("until", until)
                    json.member("text", text)
                    if all { json.member("all", true) }
                }
            )
            if dryRun { json.member("dry_run", true) }
            json.member("rate", rate)
            json.member("reason", reason)
        }
        return json.bytes
    }

    /// What came of it, on a few lines.
    static func describe(_ data: JSONObjectView) -> String {
        let id = data.string("id").map { "operation \($0)" } ?? "nothing was changed"
        var lines = ["\(id)  \(data.string("kind") ?? "?")  \(data.string("state") ?? "dry run")"]
        for name in ["matched", "unfit", "done", "skipped", "quota_needed", "quota_left"] {
            if let number = data.integer(name) { lines.append("  \(name): \(number)") }
        }
        for name in ["rate", "who", "reason", "created_at", "expected_end", "ended_at"] {
            if let text = data.string(name), !text.isEmpty { lines.append("  \(name): \(text)") }
        }
        if let left = data.integer("quota_left"), left < data.integer("quota_needed") ?? 0 {
            lines.append("  the day's quota does not reach: the rest waits for midnight in Shanghai")
        }
        return lines.joined(separator: "\n")
    }
}
