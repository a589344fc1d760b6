import Resilience
import Timekeeping
import WeChat

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
    static func clause(_ reason: Obstacle.Reason, _ facts: ExplanationFacts) -> String {
        let (app, api) = (facts.record.app, facts.api)
        return switch reason {
        case .rateLimited:
            "for a permit of the limiter of \(app) \(api)" + (facts.limit.map { " (\(limit($0)))" } ?? "")
        case .breakerOpen:
            "for the breaker\(facts.breaker.map { " \($0)" } ?? ""), which lets nothing through"
        case .throttled: "for the pause that WeChat asked for: \(api) was called too fast (45011 or its like)"
        case .quotaExhausted: "for a new quota of \(api): WeChat said that it was used up (45009 or its like)"
        case .noToken: "for an access_token of \(app)"
        case .credentials: "for an operator: WeChat gives out no access_token for \(app)"
        case .tokenRejected: "for an access_token of \(app) that WeChat does not reject"
        case .account:
            "for an operator: WeChat refuses \(app) or its use of \(api), and is asked again each minute, later each fifth"
        case .paused: "for an operator to resume \(app)"
        case .noApp: "for its app \(app), which is not configured any more, to return"
        case .concurrency: "for a free slot among the attempts in flight"
        case .journal: "for a journal that can be written"
        case .draining: "for the next start of Weir"
        case .scheduled: "for its own time (not_before or a retry)"
        case .turn: "for its turn, behind other work"
        }
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
