import DispatchCore
import Resilience
import Timekeeping
package import WeChat
import WeirPorts

/// How an explanation says times, durations and reasons.
enum ExplanationWords {
    static func time(_ time: Timestamp) -> String {
        time.rfc3339InChina
    }

    /// Two units at most: `132 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
    static func duration(_ duration: Duration) -> String {
        let milliseconds = max(0, duration.inMilliseconds)
        if milliseconds < 1 { return "under 1 ms" }
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let tenths = (milliseconds + 50) / 100
        if tenths < 600 { return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s" }
        let seconds = (milliseconds + 500) / 1000
        if seconds < 3600 { return pair(seconds, 60, "min", "s") }
        let minutes = (seconds + 30) / 60
        if minutes < 1440 { return pair(minutes, 60, "h", "min") }
        return pair((minutes + 30) / 60, 24, "d", "h")
    }

    private static func pair(_ value: Int64, _ unit: Int64, _ large: String, _ small: String) -> String {
        value % unit == 0 ? "\(value / unit) \(large)" : "\(value / unit) \(large) \(value % unit) \(small)"
    }

    static func limit(_ limit: RateLimit) -> String {
        "\(limit.permits) in \(duration(limit.per)), at most \(limit.burst) at once"
    }

    /// What comes after "Waited 3 s".
    static func clause(_ reason: WaitReason, _ facts: MessageFacts) -> String {
        let (app, api) = (facts.record.app, facts.api)
        return switch reason {
        case .rateLimited:
            "for a permit of the limiter of \(app) \(api)" + (facts.limit.map { " (\(limit($0)))" } ?? "")
        case .breakerOpen:
            "for the breaker\(facts.breaker.map { " \($0)" } ?? ""), which lets nothing through"
        case .throttled: "for the pause that WeChat asked for: \(api) was called too fast (45011 or its like)"
        case .quotaExhausted: "for a new quota of \(api): the day's is used up (45009 or its like)"
        case .quotaReserved:
            "for a new quota of \(api): what is left of the day's is kept for urgent and high until the last hour before midnight"
        case .quietHours: "for the end of the quiet hours of \(app)"
        case .noToken: "for an access_token of \(app)"
        case .credentials: "for an operator: WeChat gives out no access_token for \(app)\(said(facts))"
        case .tokenRejected: "for an access_token of \(app) that WeChat does not reject\(said(facts))"
        case .account:
            "for an operator: WeChat refuses \(app) or its use of \(api)\(said(facts)), and is asked again each minute, later each fifth"
        case .paused: "for an operator to resume \(app)"
        case .noApp: "for its app \(app), which is not configured any more, to return"
        case .concurrency: "for a free slot among the attempts in flight"
        case .journal: "for a journal that can be written"
        case .draining: "for the next start of Weir"
        case .scheduled: "for its own time (not_before or a retry)"
        case .turn: "for its turn, behind other work"
        }
    }

    /// The errcode behind a wait, and what it means.
    private static func said(_ facts: MessageFacts) -> String {
        facts.refusal.map { " (errcode \($0.code): \($0.meaning))" } ?? ""
    }

    /// What an attempt came to, in front of its errcode.
    static func outcome(_ outcome: Outcome) -> String {
        switch outcome {
        case .accepted: "WeChat took it"
        case .transient: "WeChat took nothing"
        case .throttled: "WeChat was asked too fast"
        case .quotaExhausted: "the quota is used up"
        case .tokenRejected: "WeChat rejected the access_token"
        case .recipient: "WeChat refuses this recipient"
        case .request: "WeChat refuses this message"
        case .account: "WeChat refuses the account"
        case .unknown: "no answer says whether WeChat took it"
        }
    }

    static func attempts(_ count: Int) -> String {
        count == 1 ? "1 attempt" : "\(grouped(count)) attempts"
    }

    /// With a comma before each three digits: 199,900.
    private static func grouped(_ count: Int) -> String {
        var digits = String(count)
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = String(digits.dropLast(3))
        }
        return ([digits[...]] + groups).joined(separator: ",")
    }
}

/// What can be done about an errcode.
package enum ExplanationAdvice {
    /// One sentence or two; `nil` where there is nothing to do but wait.
    ///
    /// - Parameter entry: what the table says of the errcode; `nil` where there is none, or none of WeChat's.
    static func sentence(_ outcome: Outcome, _ entry: ErrorCodeEntry?) -> String? {
        guard let general = general(outcome) else { return nil }
        return entry?.advice(in: .english) ?? general
    }

    /// The same of a call of which nothing more is known.
    package static func sentence(_ outcome: Outcome, errcode: Int?) -> String? {
        sentence(outcome, errcode.flatMap { ErrorCodeTable.isKnown($0) ? ErrorCodeTable.entry($0) : nil })
    }

    private static func general(_ outcome: Outcome) -> String? {
        switch outcome {
        case .accepted, .transient, .unknown: nil
        case .recipient: "Only the recipient can change this: don't send it again."
        case .request: "Correct the message and send it anew."
        case .account: "An operator must put it right in the account's settings at WeChat."
        case .throttled, .quotaExhausted: "If it happens often, lower the app's limit for this api."
        case .tokenRejected: "If it happens again and again, somebody else refreshes this account's token."
        }
    }

    /// What an operator does about the errcode because of which no access_token is given out.
    static func onCredentials(_ entry: ErrorCodeEntry) -> String {
        let advice = entry.advice(in: .english)
        switch entry.advice {
        case .setAppID, .setSecret, .unfreezeSecret, .allowAddress: return "\(advice) Then reload the configuration."
        case .confirmAddress, .appeal: return advice
        default:
            let compared = "Compare the app's appid and secret with those that WeChat's settings show"
            return "\(compared), and reload the configuration."
        }
    }
}
