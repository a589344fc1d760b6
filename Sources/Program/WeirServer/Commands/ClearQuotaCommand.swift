import Addressing
import ArgumentParser
import Weir
import WireJSON

/// `weir clear-quota`
struct ClearQuotaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear-quota",
        abstract: "Has WeChat count all of an account's daily quotas anew.",
        discussion: """
            WeChat does so ten times a month, its console and others included. What waits for midnight because of a used up \
            quota goes on at once. It asks the admin listener: --url or WEIR_ADMIN_URL, by default http://127.0.0.1:8081, with \
            server.admin_key by --key or WEIR_ADMIN_KEY.
            """
    )

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "The app's name or AppID.")
    var app: String

    @Option(help: "Why, for the log.")
    var reason: String?

    func run() async throws {
        let headers = reason.map { [HeaderField("X-Weir-Reason", $0)] } ?? []
        let target = "/v1/apps/\(PercentEncoding.escape(app))/clear-quota"
        try await gateway.run("POST", target, at: .admin, headers: headers, body: []) { data in
            "\(app): cleared, \(data.integer("this_month") ?? 0) times this month through Weir; WeChat allows ten"
        }
    }
}
