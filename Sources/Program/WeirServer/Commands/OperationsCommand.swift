import Addressing
import ArgumentParser
import Weir
import WireJSON

/// `weir operations`
struct OperationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operations",
        abstract: "Lists bulk redrives and cancels, newest first; pauses, resumes or stops one.",
        discussion: """
            weir redrive and weir cancel begin them. It asks the admin listener: --url or WEIR_ADMIN_URL, by default \
            http://127.0.0.1:8081, with a key by --key or WEIR_ADMIN_KEY.
            """
    )

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "Why, for the audit trail.")
    var reason: String?

    @Argument(help: "An operation's id.")
    var id: String?

    @Argument(help: "What it is to do: pause, resume or stop.")
    var order: String?

    func run() async throws {
        guard let id else { return try await list() }
        let target = "/v1/operations/\(PercentEncoding.escape(id))"
        guard let order else {
            return try await gateway.run("GET", target, at: .admin, show: OperationOptions.describe)
        }
        let headers = reason.map { [HeaderField("X-Weir-Reason", $0)] } ?? []
        try await gateway.run(
            "POST",
            target + "/\(PercentEncoding.escape(order))",
            at: .admin,
            headers: headers,
            body: [],
            show: OperationOptions.describe
        )
    }

    private func list() async throws {
        guard let data = try await gateway.ask("GET", "/v1/operations", at: .admin), !gateway.json else { return }
        let operations = data.value("operations")?.array?.compactMap(\.object) ?? []
        for operation in operations { print(OperationsCommand.line(operation)) }
        if operations.isEmpty { StandardError.print("no operations") }
    }

    private static func line(_ operation: JSONObjectView) -> String {
        let numbers = ["done", "skipped", "matched"].map { "\(operation.integer($0) ?? 0)" }
        let texts = ["id", "kind", "state", "created_at", "who", "reason"].map { operation.string($0) ?? "-" }
        let head = texts[..<4].joined(separator: "  ")
        return
            "\(head)  \(numbers[0]) done, \(numbers[1]) skipped of \(numbers[2])  \(texts[4...].joined(separator: "  "))"
    }
}
