import Addressing
import ArgumentParser
import Weir
import WireJSON

/// `weir redrive`
struct RedriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Lets a message that failed or died wait again; without an id, all that the filter matches.",
        discussion: """
            With --reason, --rate, --dry-run or one of the filters from --type on it is an operation at the admin listener: it \
            begins at once and goes on by itself, also over a restart. See weir operations.
            """
    )

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var view: OperatorOptions
    @OptionGroup var filter: FilterOptions
    @OptionGroup var operation: OperationOptions

    @Flag(help: "Also a message whose last attempt may have arrived: it may be shown twice.")
    var force = false

    @Argument(help: "The message's id.")
    var id: String?

    func validate() throws {
        try filter.check(operation.isAsked ? .admin : view.door)
        try operation.check(filter, hasIDs: id != nil)
    }

    func run() async throws {
        if let id {
            let target = "/v1/messages/\(PercentEncoding.escape(id))/redrive" + (force ? "?force=true" : "")
            return try await gateway.run(
                "POST",
                target,
                at: view.door,
                headers: operation.headers,
                body: [],
                show: GatewayOptions.describe
            )
        }
        if operation.isAsked {
            let body = operation.body(filter)
            return try await gateway.run("POST", "/v1/redrive", at: .admin, body: body, show: OperationOptions.describe)
        }
        let data = try await gateway.ask("POST", "/v1/redrive" + filter.query, at: view.door, body: [])
        guard let data, !gateway.json else { return }
        print("redriven: \(data.integer("redriven") ?? 0), skipped: \(data.integer("skipped") ?? 0)")
        if let next = data.string("next") { StandardError.print("more match: --cursor \(next)") }
    }
}
