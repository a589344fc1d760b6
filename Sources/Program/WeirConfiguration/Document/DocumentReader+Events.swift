import Queueing
import WeChat
import Weir

extension DocumentReader {
    /// Event types of one client.
    static let eventLimit = 200

    /// What a client's signed events become; nil, with a problem, where there is nothing to sign with.
    mutating func events(_ field: Field, of client: ClientConfiguration) -> EventConfiguration? {
        var events = EventConfiguration(secrets: [])
        let section = read(field, ConfigurationKey.Events.self, into: &events)
        for key in ConfigurationKey.Events.allCases where section[key] == nil && field.isMapping {
            report(at: field.keyPosition, field.path, "needs \(key.rawValue)")
        }
        guard let map = section[.map] else { return nil }
        let entries = entries(map)
        if entries.isEmpty, map.isMapping { report(map, "names no event type") }
        if entries.count > Self.eventLimit {
            report(map, "holds \(entries.count) event types; at most \(Self.eventLimit) are allowed")
            return nil
        }
        for entry in entries {
            let child = child(entry, of: map)
            let isName = 1...128 ~= entry.key.utf8.count && entry.key.utf8.allSatisfy { 0x21...0x7E ~= $0 }
            if !isName {
                report(at: entry.position, child.path, "not an event type: 1 to 128 visible ASCII characters")
            }
            if let rule = rule(child, of: client) { events.map[entry.key] = rule }
        }
        return events.secrets.isEmpty ? nil : events
    }

    private mutating func rule(_ field: Field, of client: ClientConfiguration) -> EventRule? {
        let section = section(field, ConfigurationKey.EventRule.self)
        guard field.isMapping else { return nil }
        if section[.type] == nil { report(at: field.keyPosition, field.path, "needs type") }
        guard let type = choice(section[.type], of: EventRule.types.map { ($0.rawValue, $0) }) else { return nil }
        guard let nobody = try? EventTemplate("") else { return nil }
        var rule = EventRule(app: "", type: type, to: nobody)
        let before = problems.count
        // Of the apps that the client may use, the only one need not be named.
        let allowed = appNames.filter { client.apps?.contains($0.name) ?? true }
        let onlyApp = allowed.count == 1 ? allowed[0].value : nil
        rule.app = section[.app].flatMap { choice($0, of: allowed) } ?? onlyApp ?? ""
        for key in ConfigurationKey.EventRule.allCases {
            guard key.isRequired, key.types.contains(type), section[key] == nil else { continue }
            if key == .app, onlyApp != nil { continue }
            report(at: field.keyPosition, field.path, "needs \(key.rawValue)")
        }
        read(section, into: &rule)
        if let priority = rule.priority, priority < client.maxPriority, let field = section[.priority] {
            report(field, "\(priority.name) is above the client's max_priority (\(client.maxPriority.name))")
        }
        guard problems.count == before else { return nil }
        for problem in rule.sampleProblems() {
            report(at: field.keyPosition, field.path, "of a sample event, \(problem.field) \(problem.problem)")
        }
        return rule
    }

    /// A key that such a message does not have.
    mutating func reportStray(_ field: Field, in rule: EventRule) {
        let known = ConfigurationKey.EventRule.allCases
            .filter { $0.types.contains(rule.type) }
            .map { "`\($0.rawValue)`" }.joined(separator: ", ")
        report(at: field.keyPosition, field.path, "does not belong to such a message, which has \(known)")
    }

    mutating func eventData(_ field: Field) -> [EventRule.Field] {
        let entries = entries(field)
        if entries.isEmpty, field.isMapping { report(field, "names no variable of the template") }
        if entries.count > Self.fieldLimit {
            report(field, "has \(entries.count) variables; at most \(Self.fieldLimit) are allowed")
            return []
        }
        var data: [EventRule.Field] = []
        for entry in entries {
            let child = child(entry, of: field)
            checkVariable(entry, at: child)
            if let value = eventTemplate(child) { data.append(EventRule.Field(name: entry.key, value: value)) }
        }
        return data
    }

    /// A text with Mustache's tags.
    mutating func eventTemplate(_ field: Field) -> EventTemplate? {
        guard let scalar = scalar(field) else { return nil }
        guard scalar.text.unicodeScalars.count <= Self.templateLimit else {
            report(scalar.field, "has more than \(Self.templateLimit) characters")
            return nil
        }
        do throws(EventTemplateProblem) {
            return try EventTemplate(scalar.text)
        } catch {
            report(scalar.field, error.words)
            return nil
        }
    }
}
