import ArgumentParser
import Weir

/// `weir cancel`
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "Cancels a waiting message.")

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "The message's id.")
    var id: String

    func run() async throws {
        try await gateway.run("DELETE", "/v1/messages/\(PercentEncoding.escape(id))", show: GatewayOptions.describe)
    }
}
