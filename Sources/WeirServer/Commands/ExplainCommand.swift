import ArgumentParser
import Timekeeping
import WeChat
import Weir

/// `weir explain`
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tells a message's life: what it waited for, what WeChat said, what comes next."
    )

    @OptionGroup var gateway: GatewayOptions

    @Argument(help: "The message's id.")
    var id: String

    func run() async throws {
        try await gateway.run(
            "GET",
            "/v1/messages/\(PathSegment.escape(id))/explain",
            show: ExplainCommand.describe
        )
    }

    /// As the gateway's own text has it.
    private static func describe(_ explanation: JSONObjectView) -> String {
        var lines = ["\(explanation.string("id") ?? "?")  \(explanation.string("state") ?? "?")"]
        lines.append(explanation.string("summary") ?? "")
        lines.append("")
        for step in explanation.value("steps")?.array?.compactMap(\.object) ?? [] {
            let at = step.string("at") ?? "?"
            lines.append("\(Timestamp(rfc3339: at)?.rfc3339InChina ?? at)  \(step.string("text") ?? "")")
        }
        return lines.joined(separator: "\n")
    }
}
