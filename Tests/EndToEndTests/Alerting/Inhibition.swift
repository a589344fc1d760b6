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
        Inhibition("WeirDown instance=a", "WeirQueueOld instance=a", quiet: true),
        Inhibition("WeirDown instance=a", "WeirQueueOld instance=b", quiet: false),
        Inhibition("WeirDown instance=a", "WeirWatchdog", quiet: false),
        Inhibition("WeirDown instance=a", "WeirDown instance=b", quiet: false),
        Inhibition(
            "WeirErrorBudgetBurn severity=critical app=m long=1h",
            "WeirErrorBudgetBurn severity=warning app=m long=3d",
            quiet: true
        ),
        Inhibition(
            "WeirErrorBudgetBurn severity=critical app=m long=1h",
            "WeirErrorBudgetBurn severity=warning app=n long=3d",
            quiet: false
        ),
        Inhibition("WeirBreakerOpenLong instance=a breaker=x", "WeirBreakerOpen instance=a breaker=x", quiet: true),
        Inhibition(
            "WeirBreakerOpenLong instance=a breaker=x",
            "WeirBreakerFlapping instance=a breaker=y",
            quiet: false
        ),
        Inhibition(
            "WeirQuotaExhaustedEarly instance=a app=m api=x",
            "WeirQuotaExhausted instance=a app=m api=x",
            quiet: true
        ),
        Inhibition(
            "WeirQuotaExhaustedEarly instance=a app=m api=x",
            "WeirQuotaExhausted instance=a app=m api=y",
            quiet: false
        ),
        Inhibition("WeirQueueFull instance=a", "WeirQueueNearlyFull instance=a", quiet: true),
        Inhibition("WeirQueueFull instance=a", "WeirMessagesNotAccepted instance=a", quiet: false),
        Inhibition("WeirJournalDiskFull instance=a", "WeirJournalDiskLow instance=a", quiet: true),
        Inhibition("WeirJournalNotWritable instance=a", "WeirJournalFailing instance=a", quiet: true),
        Inhibition("WeirJournalDiskFull instance=a", "WeirJournalNotWritable instance=a", quiet: false),
        Inhibition("WeirAppHeld instance=a app=m reason=credentials", "WeirAccountErrcode app=m api=x", quiet: true),
        Inhibition("WeirAppHeld instance=a app=m reason=credentials", "WeirAccountErrcode app=n api=x", quiet: false),
        Inhibition("WeirAppPaused instance=a app=m", "WeirUrgentWaiting instance=a priority=urgent", quiet: true),
        Inhibition("WeirAppPaused instance=a app=m", "WeirDeadLetters app=m state=dead", quiet: false),
    ]
}
