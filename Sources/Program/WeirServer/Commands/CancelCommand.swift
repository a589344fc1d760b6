import Addressing
import ArgumentParser
import Weir

/// `weir cancel`
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancels waiting messages.",
        discussion: "Of several it cancels those that it can, says why of each other, and then exits 1."
    )

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var view: OperatorOptions

    @Argument(help: "The messages' ids.")
    var ids: [String]

    func run() async throws {
        var hasFailed = false
        for id in ids {
            let target = "/v1/messages/\(PercentEncoding.escape(id))"
            do {
                try await gateway.run("DELETE", target, at: view.door, show: GatewayOptions.describe)
            } catch let failure as ExitCode where ids.count > 1 {
                StandardError.print("weir: \(id) was not cancelled")
                hasFailed = failure != .success
            }
        }
        if hasFailed { throw ExitCode.failure }
    }
}
