import Addressing
import ArgumentParser
import Weir
import WireJSON

/// `weir audit`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Lists what operators did, newest first.",
        discussion: """
            One a line on standard output: when, who, what, to what, the answer's status, and why. Where there are more, standard \
            error says how to go on. It asks the admin listener: --url or WEIR_ADMIN_URL, by default http://127.0.0.1:8081, with a \
            key by --key or WEIR_ADMIN_KEY.
            """
    )

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "Done at or after this time, such as 2026-11-21T09:00:00+08:00.")
    var since: String?

    @Option(help: "The operator's name.")
    var who: String?

    @Option(help: "What was done, such as pause.")
    var action: String?

    @Option(help: "What was done to this app.")
    var app: String?

    @Option(help: "What was done to this openid, with --app. The trail has a hash of it alone.")
    var to: String?

    @Option(help: "1 to 1000.")
    var limit: Int?

    @Option(help: "Where the page before ended.")
    var cursor: String?

    func run() async throws {
        let items = [
            ("since", since), ("who", who), ("action", action), ("app", app), ("to", to),
            ("limit", limit.map(String.init)), ("cursor", cursor),
        ]
        let query = items.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.escape($0))" } }
        let target = "/v1/audit" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        guard let data = try await gateway.ask("GET", target, at: .admin), !gateway.json else { return }
        let entries = data.value("entries")?.array?.compactMap(\.object) ?? []
        for entry in entries { print(line(entry)) }
        if entries.isEmpty { StandardError.print("nothing was done") }
        if let next = data.string("next") { StandardError.print("more: --cursor \(next)") }
    }

    private func line(_ entry: JSONObjectView) -> String {
        var columns = ["at", "who", "action", "target"].map { entry.string($0) ?? "-" }
        columns.append("\(entry.integer("status") ?? 0)")
        columns.append(entry.string("reason") ?? "-")
        return columns.joined(separator: "  ")
    }
}
