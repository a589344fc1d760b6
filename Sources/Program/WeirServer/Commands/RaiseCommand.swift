import Addressing
import ArgumentParser
import Weir
import WireJSON

/// `weir raise`
struct RaiseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "raise",
        abstract: "Gives a client's daily budget a higher limit, until a time.",
        discussion: """
            The configuration's limit is in force again at that time. A second raise takes the place of the first. It asks the admin \
            listener: --url or WEIR_ADMIN_URL, by default http://127.0.0.1:8081, with server.admin_key by --key or WEIR_ADMIN_KEY.
            """
    )

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "The client's name.")
    var client: String

    @Option(
        help:
            "The budget's app, as the configuration has it. Needed where several budgets of the client have the same api."
    )
    var app: String?

    @Option(help: "The budget's api, as the configuration has it: a path or *.")
    var api: String

    @Option(help: "Calls and messages a day, such as 30000.")
    var limit: Int

    @Option(help: "When it ends, with an offset, such as 2026-11-21T18:00:00+08:00; at most 31 days ahead.")
    var until: String

    @Option(help: "Why, for the log and for whoever looks at the budget.")
    var reason: String?

    func run() async throws {
        var json = JSONWriter()
        json.object { json in
            json.member("app", app)
            json.member("api", api)
            json.member("limit", limit)
            json.member("until", until)
            json.member("reason", reason)
        }
        let headers = reason.map { [HeaderField("X-Weir-Reason", $0)] } ?? []
        let target = "/v1/clients/\(PercentEncoding.escape(client))/raise"
        try await gateway.run("POST", target, at: .admin, headers: headers, body: json.bytes) { data in
            let (used, limit) = (data.integer("used") ?? 0, data.integer("limit") ?? 0)
            let end = data.value("raise")?.object?.string("until") ?? "-"
            let kept = data.bool("kept") == true ? "" : "; the journal can't be written, so a restart would end it"
            return "\(client): \(used) of \(limit) used, until \(end)\(kept)"
        }
    }
}
