import ArgumentParser
import WireJSON

/// `weir list`
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists messages, newest first.",
        discussion: """
            A message a line on standard output: id, state, app, type, priority, time of acceptance, with --admin the client, and \
            why it waits or ended. Where there are more, standard error says how to go on.
            """
    )

    /// A page of the gateway's looks at a bounded part of the journal: so many are asked for before somebody must say "go on".
    private static let mostPages = 100

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var view: OperatorOptions
    @OptionGroup var filter: FilterOptions

    @Flag(help: "Prints each message as JSON on a line of its own.")
    var ndjson = false

    func validate() throws {
        try filter.check(view.door)
        guard !ndjson || !gateway.json else {
            throw ValidationError("--json prints a page as it came, --ndjson a message a line: one of the two")
        }
    }

    func run() async throws {
        // As the API has it: one page, with its cursor.
        if gateway.json { _ = try await page(filter) } else { try await pages() }
    }

    private func page(_ filter: FilterOptions) async throws -> JSONObjectView? {
        try await gateway.ask("GET", "/v1/messages" + filter.query, at: view.door)
    }

    /// Goes on until there are as many as were asked for, since a page may hold fewer.
    private func pages() async throws {
        var rest = filter
        var left = filter.limit ?? 50
        var isEmpty = true
        defer {
            if let cursor = rest.cursor, cursor != filter.cursor { StandardError.print("more: --cursor \(cursor)") }
        }
        for _ in 0..<ListCommand.mostPages {
            guard let data = try await page(rest) else { return }
            let messages = data.value("messages")?.array ?? []
            for message in messages { print(line(message)) }
            isEmpty = isEmpty && messages.isEmpty
            left -= messages.count
            rest.cursor = data.string("next")
            guard rest.cursor != nil, left > 0 else { break }
            rest.limit = left
        }
        if isEmpty, rest.cursor == nil { StandardError.print("no messages") }
    }

    private func line(_ value: JSONValue) -> String {
        guard !ndjson, let message = value.object else {
            // A client's own metadata may have line ends between its members.
            let isLineEnd = { (byte: UInt8) in byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
            return String(decoding: value.text.map { isLineEnd($0) ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
        }
        var columns = ["id", "state", "app", "type", "priority", "created_at"].map { message.string($0) ?? "-" }
        if view.admin { columns.append(message.string("client") ?? "-") }
        if let reason = message.string("reason") { columns.append(reason) }
        return columns.joined(separator: "  ")
    }
}
