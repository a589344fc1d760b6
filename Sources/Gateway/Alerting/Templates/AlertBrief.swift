/// What a placeholder shows in a field that its whole value is too long for: texts that say as much, the fuller ones first, so that
/// one of them fits uncut. With several alerts each says how many there are and names the most urgent one.
struct AlertBrief: Sendable {
    /// None where the value can only be cut.
    let texts: [String]

    init(_ placeholder: AlertTemplate.Placeholder, of group: AlertGroup, _ words: AlertWords) {
        guard let first = group.first.first, let kind = Kind(placeholder) else {
            texts = []
            return
        }
        let name = AlertText.plain(first.name)
        var texts: [String] = []
        // All are called the same: how many they are need not be said again with the name.
        if kind == .name, group.labels["alertname"] != nil { texts = [AlertBrief.short(name)] }
        let count = group.firingCount > 0 ? group.firingCount : group.count
        var names: [String] = kind == .name ? [name, AlertBrief.short(name)] : []
        if let phone = first.phone(words).map(AlertText.plain) {
            names += [phone, AlertBrief.withoutPlace(phone, of: first, group)]
        }
        guard kind == .name || names.count > 0 || count > 1 else {
            self.texts = []
            return
        }
        if kind == .text { names.append(AlertBrief.short(name)) }
        names += AlertBrief.beginnings(of: AlertBrief.short(name))
        texts += names.filter { !$0.isEmpty }.map { words.first($0, of: count) }
        if count > 1 {
            texts += [words.alerts(count, critical: group.criticalCount), words.alerts(count, critical: 0)]
        }
        self.texts = texts
    }

    init(_ placeholder: AlertTemplate.Placeholder, of tally: AlertTally, _ words: AlertWords) {
        guard Kind(placeholder) != nil else {
            texts = []
            return
        }
        let name = tally.first
        let names = [name, AlertBrief.short(name)] + AlertBrief.beginnings(of: AlertBrief.short(name))
        texts =
            names.filter { !$0.isEmpty }.map { words.notifications(tally.count, first: $0) }
            + [words.notifications(tally.count, first: nil)]
    }

    private enum Kind {
        case name
        case text

        init?(_ placeholder: AlertTemplate.Placeholder) {
            switch placeholder {
            case .value(.alertname), .value(.title), .label("alertname"): self = .name
            case .value(.summary), .value(.description), .value(.phone), .value(.alerts): self = .text
            case .annotation(let name) where AlertTally.texts.contains(name): self = .text
            case .value, .label, .annotation: return nil
            }
        }
    }

    /// A name of Weir's own without Weir's.
    private static func short(_ name: String) -> String {
        let rest = name.dropFirst(4)
        return name.hasPrefix("Weir") && rest.first?.isUppercase == true ? String(rest) : name
    }

    /// The first words of a name such as `NotificationsNotStored`, the longer ones first.
    private static func beginnings(of name: String) -> [String] {
        let ends = name.indices.filter { $0 != name.startIndex && name[$0].isUppercase }
        return ends.reversed().map { String(name[..<$0]) }
    }

    /// The text of one of several alerts without the name that differs, should it begin with it: what is left holds for all.
    private static func withoutPlace(_ text: String, of alert: AlertItem, _ group: AlertGroup) -> String {
        for (name, value) in alert.labels where group.labels[name] == nil && !value.isEmpty {
            for place in [value, String(value.prefix { $0 != "." && $0 != ":" && $0 != "~" })]
            where !place.isEmpty && text.hasPrefix(place) {
                return String(text.dropFirst(place.count).drop { $0 == " " })
            }
        }
        return text
    }
}
