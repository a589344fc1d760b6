import Addressing
import ArgumentParser
import Weir

/// Which messages a command is about.
struct FilterOptions: ParsableArguments {
    @Option(help: "States, separated by commas.")
    var state: String?

    @Option(help: "The app's name or AppID.")
    var app: String?

    @Option(help: "The client that sent them; with --admin.")
    var client: String?

    @Option(help: "The recipient's openid.")
    var to: String?

    @Option(help: "Created at or after this time, such as 2026-11-21T09:00:00+08:00.")
    var since: String?

    @Option(help: "1 to 1000.")
    var limit: Int?

    @Option(help: "Where the page before ended.")
    var cursor: String?

    func check(_ door: GatewayDoor) throws {
        guard client == nil || door == .admin else {
            throw ValidationError("--client chooses among all clients' messages, which operators see with --admin")
        }
    }

    /// With its question mark; empty when nothing is asked for.
    var query: String {
        let items = [
            ("state", state), ("app", app), ("client", client), ("to", to), ("since", since),
            ("limit", limit.map(String.init)),
            ("cursor", cursor),
        ]
        let text = items.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.escape($0))" } }
        return text.isEmpty ? "" : "?" + text.joined(separator: "&")
    }
}
