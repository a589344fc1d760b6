/// What Weir itself says about alerts, in a sink's language.
struct AlertWords: Sendable {
    let language: AlertLanguage

    private func words(_ english: String, _ chinese: String) -> String {
        language == .chinese ? chinese : english
    }

    func status(isFiring: Bool) -> String {
        isFiring ? words("firing", "告警中") : words("resolved", "已恢复")
    }

    var summary: String { words("summary", "汇总") }

    /// Between the parts of a list in one line.
    var comma: String { words(", ", "，") }

    /// Between what is shown and what is said about it.
    var colon: String { words(": ", "：") }

    /// At the end of a list.
    func more(_ count: Int) -> String { words("and \(count) more", "另有 \(count) 条") }

    func leftOut(_ count: Int) -> String {
        words("(\(count) left out by Alertmanager)", "（Alertmanager 略去 \(count) 条）")
    }

    /// Alerts of several names.
    func alerts(_ count: Int, critical: Int) -> String {
        let severe = critical > 0 ? words(", \(critical) critical", "，\(critical) 条严重") : ""
        return words("\(count) alerts", "\(count) 条告警") + severe
    }

    /// The most urgent one of several, where there is little room.
    func first(_ text: String, of count: Int) -> String {
        count > 1 ? words("\(text) +\(count - 1)", "\(text)等\(count)条") : text
    }

    /// Notifications in one, counted.
    func notifications(_ count: Int, firing: Int, resolved: Int) -> String {
        let further = count == 1 ? "1 further notification" : "\(count) further notifications"
        return words(
            "\(further): \(firing) firing, \(resolved) resolved",
            "另有 \(count) 条通知：\(firing) 条告警，\(resolved) 条恢复"
        )
    }

    /// Notifications in one, where there is little room.
    func notifications(_ count: Int, first: String?) -> String {
        let many = words("\(count) more", "另有\(count)条")
        return first.map { many + words(": ", "：") + $0 } ?? many
    }

    var runbook: String { words("Runbook", "手册") }
    var silence: String { words("Silence", "静默") }
    /// In front of a command.
    var first: String { words("First: ", "先运行：") }

    /// A label's name.
    func label(_ name: String) -> String {
        language == .chinese ? AlertWords.labels[name] ?? name : name
    }

    /// The name of an annotation in the sink's language, and the one without a language.
    func annotations(_ name: String) -> [String] {
        language == .chinese ? ["\(name)_zh", name] : [name]
    }

    private static let labels = [
        "app": "应用", "client": "客户端", "api": "接口", "breaker": "熔断器", "errcode": "错误码", "priority": "优先级",
        "reason": "原因", "instance": "实例", "cluster": "集群",
    ]
}
