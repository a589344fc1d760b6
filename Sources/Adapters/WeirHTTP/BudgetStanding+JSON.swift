import Timekeeping
import Weir
import WireJSON

/// How the admin API shows a budget.
extension BudgetStanding {
    func write(to json: inout JSONWriter) {
        json.member("client", client)
        json.member("app", app)
        json.member("api", api)
        json.member("mode", mode.rawValue)
        json.member("limit", limit)
        json.member("used", used)
        json.member("left", left)
        json.member("refused", refused)
        json.member("soft", soft)
        json.member("soft_passed", isSoftPassed)
        json.member("resets_at", resetsAt.rfc3339)
        guard let raise else { return }
        json.member(
            "raise",
            object: { json in
                json.member("limit", raise.limit)
                json.member("configured_limit", configuredLimit)
                json.member("until", raise.until.rfc3339)
                json.member("reason", raise.reason)
            }
        )
    }
}
