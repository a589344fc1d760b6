import Addressing
import ArgumentParser
import Weir

/// `weir status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows a message and its attempts."
    )

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var view: OperatorOptions

    @Argument(help: "The message's id.")
    var id: String

    func run() async throws {
        let target = "/v1/messages/\(PercentEncoding.escape(id))"
        try await gateway.run("GET", target, at: view.door, show: GatewayOptions.describe)
    }
}
