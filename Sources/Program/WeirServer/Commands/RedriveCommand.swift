import ArgumentParser
import Weir
import WireJSON

/// `weir redrive`
struct RedriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Lets a message that failed or died wait again; without an id, all that the filter matches."
    )

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var filter: FilterOptions

    @Flag(help: "Also a message whose last attempt may have arrived: it may be shown twice.")
    var force = false

    @Argument(help: "The message's id.")
    var id: String?

    func run() async throws {
        if let id {
            let target = "/v1/messages/\(PercentEncoding.escape(id))/redrive" + (force ? "?force=true" : "")
            return try await gateway.run("POST", target, body: [], show: GatewayOptions.describe)
        }
        try await gateway.run("POST", "/v1/redrive" + filter.query, body: []) { data in
            "redriven: \(data.integer("redriven") ?? 0), skipped: \(data.integer("skipped") ?? 0)"
                + (data.string("next").map { ", more match: --cursor \($0)" } ?? "")
        }
    }
}
