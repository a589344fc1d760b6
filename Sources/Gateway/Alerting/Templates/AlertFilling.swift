import Timekeeping

/// Fills texts about one content. What a placeholder shows is found once, however many texts have it: a notification may have
/// ``AlertWebhook/mostAlerts`` alerts.
struct AlertFilling: Sendable {
    private let content: AlertContent
    /// What the alerts of a notification have in common.
    private let group: AlertGroup?
    private let words: AlertWords
    private let markup: AlertMarkup
    private var known: [AlertTemplate.Placeholder: String] = [:]
    private let times: [Timestamp]
    private let linkRoom: Int

    /// - Parameters:
    ///   - linkRoom: bytes that the links may take: one that does not fit is left out, as half of it leads nowhere.
    ///   - now: what a time shows where the content has none.
    init(
        _ content: AlertContent,
        in language: AlertLanguage = .english,
        markup: AlertMarkup = .plain,
        linkRoom: Int = .max,
        at now: Timestamp? = nil
    ) {
        self.content = content
        self.markup = markup
        self.linkRoom = linkRoom
        words = AlertWords(language: language)
        times = [content.startsAt, now].compactMap { $0 }
        if case .notification(let notification) = content { group = AlertGroup(notification) } else { group = nil }
    }

    private init(_ content: AlertContent, _ group: AlertGroup?, _ words: AlertWords) {
        (self.content, self.group, self.words) = (content, group, words)
        (markup, times, linkRoom) = (.plain, [], .max)
    }

    // MARK: Texts

    /// A text with its placeholders filled, at most `limit` bytes: the list of alerts gives way to the rest. Never blank, which would
    /// be refused for good: the standard text then.
    mutating func text(_ template: AlertTemplate, bytes limit: Int) -> String {
        texts(template, bytes: limit, most: 1)[0]
    }

    /// The same in as few texts as hold the list of alerts, at most `most` of them and at least one.
    ///
    /// - Parameter isTitled: Whether each of them stands below its ``title(_:of:)``.
    mutating func texts(
        _ template: AlertTemplate,
        bytes limit: Int,
        most: Int,
        isTitled: Bool = false
    ) -> [String] {
        var texts = filled(template, bytes: limit, most: most, isTitled: isTitled)
        if texts.contains(where: AlertText.isBlank) {
            texts = filled(markup == .plain ? .standard : .markdown, bytes: limit, most: most, isTitled: isTitled)
        }
        return texts
    }

    /// What a text is about, in a line without markup.
    mutating func title(_ number: Int, of count: Int) -> String {
        var plain = AlertFilling(content, group, words)
        return plain.fill(.title, list: "", part: count > 1 ? part(number, of: count) : "")
    }

    private mutating func filled(
        _ template: AlertTemplate,
        bytes limit: Int,
        most: Int,
        isTitled: Bool
    ) -> [String] {
        let lists = template.count(of: .alerts)
        let most = lists > 0 ? most : 1
        let around = fill(template, list: "", part: most > 1 ? part(most, of: most) : "")
        let room = max(limit - around.utf8.count, limit / 4) / max(lists, 1)
        let pages = lists > 0 ? self.pages(around: template, isTitled: isTitled, room: room, most: most) : [""]
        return pages.enumerated().map { index, page in
            let part = pages.count > 1 ? part(index + 1, of: pages.count) : ""
            return AlertText.cut(fill(template, list: page, part: part), bytes: limit)
        }
    }

    private func part(_ number: Int, of count: Int) -> String { " (\(number)/\(count))" }

    private mutating func fill(_ template: AlertTemplate, list: String, part: String) -> String {
        let text = template.filled { placeholder in
            switch placeholder {
            case .value(.alerts): list
            case .value(.part): part
            default: value(placeholder)
            }
        }
        return markup == .plain ? text : markup.broken(text)
    }

    // MARK: The list of alerts

    private func pages(around template: AlertTemplate, isTitled: Bool, room: Int, most: Int) -> [String] {
        let hasTitle = isTitled || template.count(of: .title) > 0
        let style = AlertList.Style(
            words: words,
            markup: markup,
            saysName: hasTitle || template.count(of: .alertname) > 0,
            saysSeverity: template.count(of: .severity) > 0
        )
        return switch content {
        case .summary(let tally): [markup.shown(tally.list(style, saysTitle: hasTitle))]
        case .notification: group.map { AlertList($0, style).pages(room: room, most: most) } ?? [""]
        }
    }

    // MARK: Fields and lines

    /// A text for a field of a WeChat template: always one that the field's kind may hold. Where the whole is too long, something that
    /// says as much as there is room for takes its place, and only what has no such thing is cut.
    mutating func field(_ field: AlertField) -> String {
        let kind = AlertFieldKind(field: field.name)
        let whole = line(field.value)
        guard let room = kind.characters, whole.utf16.count > room else { return kind.value(whole, times: times) }
        for number in 0..<AlertFilling.mostBriefs {
            let brief = field.value.filled { self.brief($0, number) ?? value($0) }
            if brief.utf16.count <= room { return kind.value(brief, times: times) }
        }
        return kind.value(whole, times: times)
    }

    /// A text with its placeholders filled, without a bound of its own.
    mutating func line(_ template: AlertTemplate) -> String {
        let hasList = template.count(of: .alerts) > 0
        let list = hasList ? pages(around: template, isTitled: false, room: 1000, most: 1)[0] : ""
        return fill(template, list: list, part: "")
    }

    /// Shorter texts that are tried for one placeholder.
    private static let mostBriefs = 16

    private func brief(_ placeholder: AlertTemplate.Placeholder, _ number: Int) -> String? {
        let brief: AlertBrief
        switch content {
        case .summary(let tally): brief = AlertBrief(placeholder, of: tally, words)
        case .notification:
            guard let group else { return nil }
            brief = AlertBrief(placeholder, of: group, words)
        }
        guard let last = brief.texts.last else { return nil }
        return number < brief.texts.count ? brief.texts[number] : last
    }

    // MARK: Values

    private mutating func value(_ placeholder: AlertTemplate.Placeholder) -> String {
        if let value = known[placeholder] { return value }
        let value = shown(placeholder)
        known[placeholder] = value
        return value
    }

    private func shown(_ placeholder: AlertTemplate.Placeholder) -> String {
        if placeholder == .value(.links) { return links }
        let value =
            switch content {
            case .summary(let tally): tally.value(placeholder, words)
            case .notification(let notification): group.map { notification.value(placeholder, $0, words) } ?? ""
            }
        guard markup != .plain else { return value }
        // An address of its own: what a template may put behind a word.
        if !value.contains(" "), let link = AlertText.link(value) { return AlertMarkup.inParentheses(link) }
        return markup.shown(value)
    }

    private var links: String {
        let links =
            switch content {
            case .summary(let tally): [(word: "Alertmanager", address: tally.externalURL)]
            case .notification(let notification): group.map { AlertLinks.all(notification, $0, words) } ?? []
            }
        var room = linkRoom
        func fits(_ text: String) -> Bool {
            let isRoom = text.utf8.count + 4 <= room
            if isRoom { room -= text.utf8.count + 4 }
            return isRoom
        }
        let line = links.compactMap { markup.link($0.word, $0.address) }.filter(fits)
            .joined(separator: markup == .plain ? "\n" : " · ")
        let commands = commands.map { words.first + markup.shown($0) }.filter(fits)
        return ([line] + commands).filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var commands: [String] {
        guard case .notification(let notification) = content else { return [] }
        return group.map { AlertCommand.all(notification, $0) } ?? []
    }
}
