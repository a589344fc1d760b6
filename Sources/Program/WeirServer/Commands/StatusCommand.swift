import ArgumentParser
import Weir

/// `weir status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows a message and its attempts."
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "The message's id.")
    var id: String

    func run() async throws {
        try await gateway.run("GET", "/v1/messages/\(PercentEncoding.escape(id))", show: GatewayOptions.describe)
    }
}
