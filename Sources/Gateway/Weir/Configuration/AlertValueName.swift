/// What a text about alerts can show, beside `label.NAME` and `annotation.NAME`.
public enum AlertValueName: String, CaseIterable, Sendable {
    /// `firing` while any of the alerts fires, else `resolved`; `summary` in a summary.
    case status
    /// The same in three Chinese characters, for fields of the kind `phrase`, which hold nothing else.
    case statusInChinese = "status_zh"
    /// How many alerts there are; in a summary, how many notifications.
    case count
    /// How many of them fire.
    case firing
    /// How many of them are resolved.
    case resolved
    case alertname
    case severity
    case summary
    case description
    case runbookURL = "runbook_url"
    /// Alertmanager's receiver.
    case receiver
    /// Alertmanager's own address.
    case externalURL
    /// When the oldest of them began, by the clock of Shanghai.
    case startsAt
    /// A line for each alert, as many as fit.
    case alerts
}
