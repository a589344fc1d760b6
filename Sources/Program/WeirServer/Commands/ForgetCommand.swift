import ArgumentParser
import Weir
import WireJSON

/// `weir forget`
struct ForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Removes what is stored of a person, and says what is left and why.",
        discussion: """
            Messages that have ended go with their bodies and attempts, suppressions, and deliveries that were given up. What still \
            waits to be sent or told stays, and then it exits 1. It asks the admin listener: --url or WEIR_ADMIN_URL, by default \
            http://127.0.0.1:8081, with a key by --key or WEIR_ADMIN_KEY.
            """
    )

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "The app's name or AppID.")
    var app: String

    @Option(help: "The person's openid.")
    var to: String

    @Option(help: "Why, for the audit trail.")
    var reason: String

    func run() async throws {
        var json = JSONWriter()
        json.object { json in
            json.member("app", app)
            json.member("to", to)
            json.member("reason", reason)
        }
        guard let data = try await gateway.ask("POST", "/v1/forget", at: .admin, body: json.bytes) else { return }
        let left = data.value("left")?.array?.compactMap(\.object) ?? []
        if !gateway.json { show(data, left) }
        if !left.isEmpty { throw ExitCode.failure }
    }

    private func show(_ data: JSONObjectView, _ left: [JSONObjectView]) {
        let removed = data.object("removed")
        let counts = ["messages", "suppressions", "deliveries"].map { "\($0): \(removed?.integer($0) ?? 0)" }
        print("removed: " + counts.joined(separator: ", "))
        print("in the audit trail: \(data.string("audit_target") ?? "-")")
        for one in left {
            let count = one.integer("count") ?? 0
            print(
                "left: \(count) \(one.string("what") ?? ""), \(one.string("reason") ?? ""); \(one.string("way_out") ?? "")"
            )
        }
    }
}
