import Addressing
import ArgumentParser
import WireJSON

/// `weir quota`
struct QuotaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quota",
        abstract: "Shows what of WeChat's daily quotas is used, by app and api.",
        discussion: """
            An api a line: app, path, calls of the day so far of how many, how many are left and kept for urgent and high, when they are \
            counted anew, and how long they last at the present pace where that is not until then.
            """
    )

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var view: OperatorOptions

    @Option(help: "The app's name or AppID. Default: all.")
    var app: String?

    func run() async throws {
        let query = app.map { "?app=\(PercentEncoding.escape($0))" } ?? ""
        guard let data = try await gateway.ask("GET", "/v1/quota" + query, at: view.door), !gateway.json else { return }
        let rows = data.value("quotas")?.array?.compactMap(\.object) ?? []
        for row in rows { print(QuotaCommand.line(row)) }
        if rows.isEmpty { print("\(app.map { "\($0): " } ?? "")nothing was called yet") }
        if data.bool("has_more") == true { StandardError.print("there are more: choose with --app") }
    }

    private static func line(_ row: JSONObjectView) -> String {
        let used = row.integer("used") ?? 0
        var columns = [row.string("app") ?? "-", row.string("api") ?? "-"]
        if let limit = row.integer("limit"), let left = row.integer("left") {
            columns.append("\(used) of \(limit) used, \(left) left, \(row.integer("reserve") ?? 0) of them kept")
        } else {
            columns.append("\(used) used, the limit is not known")
        }
        columns.append("counted anew \(row.string("reset_at") ?? "-")")
        if let seconds = row.integer("lasts_seconds") {
            let time = seconds < 120 ? "\(seconds) seconds" : "\(seconds / 60) minutes"
            columns.append(seconds == 0 ? "used up" : "lasts \(time) at this pace")
        }
        return columns.joined(separator: "  ")
    }
}
