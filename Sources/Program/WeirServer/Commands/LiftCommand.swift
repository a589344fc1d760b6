import Addressing
import ArgumentParser
import WireJSON

/// `weir lift`
struct LiftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift",
        abstract: "Sends to a recipient again that was suppressed.",
        discussion: "What WeChat still refuses is suppressed again by the next message."
    )

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var view: OperatorOptions

    @Option(help: "The app's name or AppID.")
    var app: String

    @Option(help: "The recipient's openid.")
    var to: String

    func run() async throws {
        let target = "/v1/suppressions/\(PercentEncoding.escape(app))/\(PercentEncoding.escape(to))"
        try await gateway.run("DELETE", target, at: view.door) { "\($0.integer("lifted") ?? 0) lifted" }
    }
}
