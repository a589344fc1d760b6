import Addressing
import ArgumentParser
import Weir

/// `weir cancel`
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancels waiting messages.",
        discussion: """
            Of several it cancels those that it can, says why of each other, and then exits 1. Without ids, with filters and a \
            --reason, it is an operation at the admin listener: it begins at once and goes on by itself, also over a restart. See \
            weir operations.
            """
    )

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var view: OperatorOptions
    @OptionGroup var filter: FilterOptions
    @OptionGroup var operation: OperationOptions

    @Argument(help: "The messages' ids.")
    var ids: [String] = []

    func validate() throws {
        try filter.check(operation.isAsked ? .admin : view.door)
        guard !ids.isEmpty || operation.isAsked else {
            throw ValidationError("name messages by their ids, or all that match by filters and a --reason")
        }
        try operation.check(filter, hasIDs: !ids.isEmpty)
    }

    func run() async throws {
        if ids.isEmpty {
            let body = operation.body(filter)
            return try await gateway.run("POST", "/v1/cancel", at: .admin, body: body, show: OperationOptions.describe)
        }
        var hasFailed = false
        for id in ids {
            let target = "/v1/messages/\(PercentEncoding.escape(id))"
            do {
                try await gateway.run(
                    "DELETE",
                    target,
                    at: view.door,
                    headers: operation.headers,
                    show: GatewayOptions.describe
                )
            } catch let failure as ExitCode where ids.count > 1 {
                StandardError.print("weir: \(id) was not cancelled")
                hasFailed = failure != .success
            }
        }
        if hasFailed { throw ExitCode.failure }
    }
}
