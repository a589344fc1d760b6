import Testing

/// An alert that is there, another one, and whether the first keeps the second quiet.
struct Inhibition: Sendable, CustomTestStringConvertible {
    let source: [String: String]
    let target: [String: String]
    let isQuiet: Bool

    init(_ source: String, _ target: String, quiet: Bool) {
        self.source = Inhibition.labels(source)
        self.target = Inhibition.labels(target)
        isQuiet = quiet
    }

    var testDescription: String {
        "\(source["alertname"] ?? "") and \(target["alertname"] ?? "")"
    }

    /// Labels as `name=value` with spaces between; the first is the alert's name.
    private static func labels(_ text: String) -> [String: String] {
        var result = ["job": "weir"]
        for (index, word) in text.split(separator: " ").enumerated() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            if index == 0 { result["alertname"] = parts[0] } else { result[parts[0]] = parts.last }
        }
        return result
    }

    /// What Weir's inhibition rules promise.
    static let all: [Inhibition] = [
        Inhibition(
            "WeirDown instance=a severity=critical",
            "WeirQueueGrowing instance=a severity=warning",
            quiet: true
        ),
        Inhibition(
            "WeirDown instance=a severity=critical",
            "WeirQueueGrowing instance=b severity=warning",
            quiet: false
        ),
        Inhibition("WeirDown instance=a severity=critical", "WeirWatchdog severity=info", quiet: false),
        Inhibition("WeirDown instance=a severity=critical", "WeirDown instance=b severity=critical", quiet: false),
        Inhibition(burn("critical", "m", "1h"), burn("warning", "m", "3d"), quiet: true),
        Inhibition(burn("critical", "m", "1h"), burn("critical", "m", "6h"), quiet: true),
        Inhibition(burn("critical", "m", "1h"), burn("warning", "n", "3d"), quiet: false),
        Inhibition(
            burn("critical", "m", "1h"),
            "WeirRelayBudgetBurn severity=warning instance=a app=m long=3d",
            quiet: false
        ),
        Inhibition(failing("critical", "m"), failing("warning", "m"), quiet: true),
        Inhibition(failing("critical", "m"), breaker("m"), quiet: true),
        Inhibition(failing("critical", "m"), breaker("n"), quiet: false),
        Inhibition(failing("critical", "m"), waiting("m", "critical"), quiet: true),
        Inhibition(failing("critical", "m"), waiting("n", "critical"), quiet: false),
        Inhibition(failing("warning", "m"), waiting("m", "critical"), quiet: false),
        Inhibition("WeirAppHeld severity=critical instance=a app=m", failing("critical", "m"), quiet: true),
        Inhibition("WeirAppHeld severity=critical instance=a app=m", accountErrcode("m"), quiet: true),
        Inhibition("WeirAppHeld severity=critical instance=a app=m", accountErrcode("n"), quiet: false),
        Inhibition("WeirAppHeld severity=critical instance=b app=m", accountErrcode("m"), quiet: false),
        Inhibition("WeirTokenExpiring severity=critical instance=a app=m", waiting("m", "critical"), quiet: true),
        // Nobody's page is muted by what is less than a page.
        Inhibition("WeirAppPaused severity=warning instance=a app=m", waiting("m", "critical"), quiet: false),
        Inhibition(
            "WeirQuotaExhausted severity=warning instance=a app=m api=x",
            waiting("m", "critical"),
            quiet: false
        ),
        Inhibition(
            "WeirQuotaExhausted severity=warning instance=a app=m api=x",
            waiting("n", "critical"),
            quiet: false
        ),
        Inhibition(quota("Exhausted", "m", "x"), quota("GoneBeforeMidnight", "m", "x"), quiet: true),
        Inhibition(quota("Exhausted", "m", "x"), quota("GoneBeforeMidnight", "m", "y"), quiet: false),
        Inhibition(quota("Exhausted", "m", "x"), quota("GoneBeforeMidnight", "n", "x"), quiet: false),
        Inhibition(quota("Exhausted", "m", "x"), quota("GoneBeforeMidnight", "m", "x", of: "b"), quiet: false),
        Inhibition(
            "WeirQueueFull severity=critical instance=a",
            "WeirQueueNearlyFull severity=warning instance=a",
            quiet: true
        ),
        Inhibition("WeirQueueFull severity=critical instance=a", refused("queue_full"), quiet: true),
        Inhibition("WeirQueueFull severity=critical instance=a", refused("journal_unavailable"), quiet: false),
        Inhibition("WeirQueueFull severity=critical instance=a", waiting("m", "critical"), quiet: false),
        Inhibition(journal("NotWritable"), journal("DiskFull"), quiet: true),
        Inhibition(journal("NotWritable"), refused("journal_unavailable"), quiet: true),
        Inhibition(journal("NotWritable"), refused("queue_full"), quiet: false),
        Inhibition(journal("NotWritable"), waiting("m", "critical"), quiet: true),
        Inhibition(journal("NotWritable"), failing("critical", "m"), quiet: false),
    ]

    private static func burn(_ severity: String, _ app: String, _ long: String) -> String {
        "WeirErrorBudgetBurn severity=\(severity) instance=a app=\(app) priority=urgent long=\(long)"
    }

    private static func failing(_ severity: String, _ app: String) -> String {
        "WeirAppFailing severity=\(severity) instance=a app=\(app)"
    }

    private static func waiting(_ app: String, _ severity: String) -> String {
        "WeirMessagesWaiting severity=\(severity) instance=a app=\(app) priority=urgent"
    }

    private static func breaker(_ app: String) -> String {
        "WeirBreakerOpen severity=warning instance=a app=\(app) breaker=\(app)~host~message"
    }

    private static func accountErrcode(_ app: String) -> String {
        "WeirAccountErrcode severity=warning instance=a app=\(app) api=x errcode=40125"
    }

    private static func quota(_ what: String, _ app: String, _ api: String, of instance: String = "a") -> String {
        "WeirQuota\(what) severity=warning instance=\(instance) app=\(app) api=\(api)"
    }

    private static func refused(_ reason: String) -> String {
        "WeirMessagesNotAccepted severity=warning instance=a reason=\(reason)"
    }

    private static func journal(_ what: String) -> String {
        "WeirJournal\(what) severity=critical instance=a"
    }
}
