import Foundation

/// A row of Tests/Fixtures/errcodes.tsv: what an errcode must do.
struct ErrorCodeRow: Sendable {
    var code: Int
    var outcome: String
    var scope: String
    var breaker: String
    /// Its app's name, which its AppID and its tokens contain.
    var app: String
    var appID: String { "wx-\(app)" }

    /// Whether the code stops more than its message: the api's lane, or the app.
    var isWide: Bool { scope == "api" || scope == "app" }

    /// Whether the api's lane waits until WeChat counts anew.
    var isParked: Bool { (outcome == "throttled" || outcome == "quota_exhausted") && isWide }

    /// Whether a message that drew it waits for another attempt.
    var isRepeated: Bool {
        switch outcome {
        case "transient", "throttled", "quota_exhausted", "token_rejected": true
        case "account": isWide
        default: false
        }
    }

    /// What a message that drew it once is in.
    var state: String { outcome == "accepted" ? "sent" : isRepeated ? "pending" : "failed" }

    /// How the reason begins for which it waits, or waited when the breaker that it opened has let it go.
    var reasons: [String] {
        switch outcome {
        case "transient": ["retry after", "breaker_open"]
        case "throttled": isWide ? ["throttled"] : ["retry after"]
        case "quota_exhausted": ["quota_exhausted"]
        case "token_rejected": ["token_rejected"]
        default: ["account"]
        }
    }

    /// What every row says, but where a message means something else than other calls.
    static func onMessages() throws -> [ErrorCodeRow] {
        let text = try String(contentsOfFile: Binary.packageRoot + "/Tests/Fixtures/errcodes.tsv", encoding: .utf8)
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.enumerated()
            .compactMap { index, line in
                let cells = line.split(separator: "\t").map(String.init)
                guard cells.count == 4, let code = Int(cells[0]) else { return nil }
                var row = ErrorCodeRow(
                    code: code,
                    outcome: cells[1],
                    scope: cells[2],
                    breaker: cells[3],
                    app: "row\(index)"
                )
                if code == 40013 { (row.outcome, row.scope, row.breaker) = ("request", "message", "success") }
                return row
            }
    }
}
