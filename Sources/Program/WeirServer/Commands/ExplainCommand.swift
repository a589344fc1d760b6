import Addressing
import ArgumentParser
import Timekeeping
import Weir
import WireJSON

/// `weir explain`
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tells a message's life: what it waited for, what WeChat said, what comes next."
    )

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var view: OperatorOptions

    @Argument(help: "The message's id.")
    var id: String

    func run() async throws {
        try await gateway.run(
            "GET",
            "/v1/messages/\(PercentEncoding.escape(id))/explain",
            at: view.door,
            show: ExplainCommand.describe
        )
    }

    /// As the gateway's own text has it.
    private static func describe(_ explanation: JSONObjectView) -> String {
        var lines = ["\(explanation.string("id") ?? "?")  \(explanation.string("state") ?? "?")"]
        if let client = explanation.string("client") { lines.append("client: \(client)") }
        lines.append(explanation.string("summary") ?? "")
        for budget in explanation.value("budgets")?.array ?? [] { lines += [budget.string].compactMap(\.self) }
        lines.append("")
        var steps: [ExplanationScreen.Line] = []
        for step in explanation.value("steps")?.array?.compactMap(\.object) ?? [] {
            let at = step.string("at") ?? "?"
            let line = "\(Timestamp(rfc3339: at)?.rfc3339InChina ?? at)  \(step.string("text") ?? "")"
            let omitted = step.integer("omitted").map { Int(clamping: $0) } ?? 0
            steps.append(ExplanationScreen.Line(line, kind: step.string("kind") ?? "", omitted: omitted))
        }
        lines += ExplanationScreen.lines(steps)
        return lines.joined(separator: "\n")
    }
}
