import Addressing
import ArgumentParser
import WireJSON

/// `weir suppressions`
struct SuppressionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppressions",
        abstract: "Lists the recipients that are not sent to, newest first.",
        discussion: """
            One a line on standard output: app, openid, which messages it is about, since when and until when, and why. Where there \
            are more, standard error says how to go on.
            """
    )

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var view: OperatorOptions

    @Option(help: "The app's name or AppID.")
    var app: String?

    @Option(help: "The recipient's openid.")
    var to: String?

    @Option(help: "1 to 1000.")
    var limit: Int?

    @Option(help: "Where the page before ended.")
    var cursor: String?

    func run() async throws {
        let items = [("app", app), ("to", to), ("limit", limit.map(String.init)), ("cursor", cursor)]
        let query = items.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.escape($0))" } }
        let target = "/v1/suppressions" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        guard let data = try await gateway.ask("GET", target, at: view.door), !gateway.json else { return }
        let suppressions = data.value("suppressions")?.array?.compactMap(\.object) ?? []
        for suppression in suppressions { print(line(suppression)) }
        if suppressions.isEmpty { StandardError.print("no suppressions") }
        if let next = data.string("next") { StandardError.print("more: --cursor \(next)") }
    }

    private func line(_ suppression: JSONObjectView) -> String {
        var columns = ["app", "to", "scope"].map { suppression.string($0) ?? "-" }
        if let template = suppression.string("template_id") { columns[2] += " \(template)" }
        columns += ["since", "until", "reason"].map { suppression.string($0) ?? "-" }
        return columns.joined(separator: "  ")
    }
}
