import WeChat

/// What can be done about an errcode.
enum ExplanationAdvice {
    /// One sentence; `nil` where there is nothing to do but wait.
    static func sentence(_ outcome: Outcome, errcode: Int?) -> String? {
        errcode.flatMap { own[$0] } ?? general(outcome)
    }

    private static func general(_ outcome: Outcome) -> String? {
        switch outcome {
        case .accepted, .transient, .unknown: nil
        case .recipient: "Only the recipient can change this: don't send it again."
        case .request: "Correct the message and send it anew."
        case .account: "An operator must put it right in the account's settings at WeChat."
        case .throttled: "If it happens often, lower the app's limit for this api."
        case .quotaExhausted: "If it happens often, lower the app's limit for this api."
        case .tokenRejected: "If it happens again and again, somebody else refreshes this account's token."
        }
    }

    private static let own: [Int: String] = [
        40003: "Check the openid: it must belong to this account.",
        40037: "Check the template_id: it must belong to this account.",
        43004: "The recipient must follow the account first.",
        43101: "The recipient must subscribe again: each consent is good for one message.",
        47003: "Correct the template data that the errmsg names, and send the message anew.",
        48001: "Have this api granted to the account, or check that the appid is the right one.",
        40125: "Set the app's secret to the present AppSecret.",
        40164: "Add this gateway's address to the account's IP allow-list.",
        61004: "Add this gateway's address to the account's IP allow-list.",
        45009:
            "An operator may clear the quota at WeChat and resume the app here; else lower the app's limit for this api.",
        45011: "If it happens often, lower the app's limit for this api.",
    ]
}
