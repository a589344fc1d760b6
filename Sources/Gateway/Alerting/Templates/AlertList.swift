/// A notification's alerts, each in a line that says what tells it from the others; what all share is said once, above them.
struct AlertList: Sendable {
    /// What a list is to look like.
    struct Style: Sendable {
        var words: AlertWords
        var markup = AlertMarkup.plain
        /// Whether the text around the list says what all are called.
        var saysName = false
        var saysSeverity = false
    }

    /// Characters of a line.
    static let longestLine = 400
    /// Characters of a label's value.
    static let longestValue = 80
    /// Labels that are said of all alerts, and labels of a line.
    static let mostLabels = (shared: 5, own: 8)

    private let group: AlertGroup
    private let style: Style
    /// What all share; nil where there is nothing to say, or one alert alone.
    private let head: String?

    init(_ group: AlertGroup, _ style: Style) {
        self.group = group
        self.style = style
        head = group.count > 1 ? AlertList.head(group, style) : nil
    }

    // MARK: Pages

    /// The list in as few pieces as hold it, each in at most `room` bytes, at most `most` of them. No line is cut; what there is
    /// beside those that fit is counted at the end of the last one.
    func pages(room: Int, most: Int) -> [String] {
        let separator = style.markup.lineBreak
        // "and 12345 more" must fit as well.
        let usable = room - endings(rest: group.count).reduce(0) { $0 + separator.utf8.count + $1.utf8.count }
        let start = head.map { [AlertText.cut($0, bytes: max(usable, 0))] } ?? []
        var pages: [[String]] = []
        var (shown, used) = (0, Int.max)
        for alert in group.first {
            var line = line(alert)
            let isFull = (pages.last?.count ?? 0) - start.count >= AlertContent.longestList
            if used == Int.max || isFull || used + separator.utf8.count + line.utf8.count > usable {
                guard pages.count < most else { break }
                pages.append(start)
                used = start.reduce(0) { $0 + $1.utf8.count + separator.utf8.count }
                // A line that is longer than a whole message.
                line = AlertText.cut(line, bytes: max(usable - used, 3))
            } else {
                used += separator.utf8.count
            }
            pages[pages.count - 1].append(line)
            used += line.utf8.count
            shown += 1
        }
        if pages.isEmpty { pages = [[]] }
        pages[pages.count - 1] += endings(rest: group.count - shown)
        return pages.map { $0.joined(separator: separator) }
    }

    private func endings(rest: Int) -> [String] {
        var endings: [String] = []
        if rest > 0 { endings.append(style.words.more(rest)) }
        if group.truncated > 0 { endings.append(style.words.leftOut(group.truncated)) }
        return endings
    }

    // MARK: Lines

    private static func head(_ group: AlertGroup, _ style: Style) -> String? {
        var parts: [String] = []
        if !style.saysSeverity, let severity = group.labels["severity"] { parts.append(shown(severity, style)) }
        if !style.saysName, let name = group.labels["alertname"] { parts.append(shown(name, style)) }
        let text = group.text(style.words)
        var named = labels(group.labels, text: text, style)
        // Nearly everything has a job.
        if named.count > 1 { named.removeAll { $0.name == "job" } }
        parts += named.prefix(mostLabels.shared).map(\.text)
        return joined(parts, text: text, style)
    }

    private func line(_ alert: AlertItem) -> String {
        let isAlone = group.count == 1
        var parts: [String] = []
        let (severity, name) = (alert.labels["severity"], alert.name)
        if isAlone ? !style.saysSeverity : group.labels["severity"] == nil, let severity {
            parts.append(AlertList.shown(severity, style))
        }
        if isAlone ? !style.saysName : group.labels["alertname"] == nil, !name.isEmpty {
            parts.append(AlertList.shown(name, style))
        }
        let own = isAlone ? alert.labels : alert.labels.filter { group.labels[$0.key] == nil }
        let text = alert.text(style.words)
        let isSaid = !isAlone && group.text(style.words) != nil
        var named = AlertList.labels(own, text: isSaid ? nil : text, style)
        if isAlone, named.count > 1 { named.removeAll { $0.name == "job" } }
        let most = isAlone ? AlertList.mostLabels.shared : AlertList.mostLabels.own
        parts += named.prefix(most).map(\.text)
        let mark = alert.isFiring ? "✗" : "✓"
        let line = AlertList.joined(parts, text: isSaid ? nil : text, style).map { "\(mark) \($0)" } ?? mark
        return AlertText.cut(line, characters: AlertList.longestLine)
    }

    private static func joined(_ parts: [String], text: String?, _ style: Style) -> String? {
        let left = parts.joined(separator: " ")
        guard let text else { return left.isEmpty ? nil : left }
        let right = style.markup.shown(AlertText.plain(text))
        return left.isEmpty ? right : left + style.words.colon + right
    }

    private static func shown(_ text: String, _ style: Style) -> String {
        style.markup.shown(AlertText.plain(text))
    }

    /// The labels by what they help, without those whose value the text has.
    private static func labels(
        _ labels: [String: String],
        text: String?,
        _ style: Style
    ) -> [(name: String, text: String)] {
        let ordered = labels.sorted { left, right in
            (rank(left.key), left.key) < (rank(right.key), right.key)
        }
        return ordered.compactMap { name, value in
            guard name != "alertname", name != "severity", !AlertText.isBlank(value) else { return nil }
            if let text, AlertText.names(text, value) { return nil }
            let value = AlertText.cutInside(AlertText.plain(value), characters: longestValue)
            return (name, "\(style.words.label(name))=\(style.markup.shown(value))")
        }
    }

    private static func rank(_ label: String) -> Int {
        known.firstIndex(of: label) ?? (label == "job" ? known.count + 1 : known.count)
    }

    private static let known = [
        "app", "client", "api", "breaker", "errcode", "priority", "reason", "sink", "instance", "cluster",
    ]
}
