import ArgumentParser
import WireJSON

/// `weir list`
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists messages, newest first.")

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var filter: FilterOptions

    func run() async throws {
        try await gateway.run("GET", "/v1/messages" + filter.query) { data in
            let messages = data.value("messages")?.array?.compactMap(\.object) ?? []
            var lines = messages.map { message in
                ["id", "state", "app", "type", "priority", "created_at", "reason"].compactMap { message.string($0) }
                    .joined(separator: "  ")
            }
            if let next = data.string("next") { lines.append("more: --cursor \(next)") }
            return lines.isEmpty ? "no messages" : lines.joined(separator: "\n")
        }
    }
}
