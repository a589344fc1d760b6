import Timekeeping

/// Fills texts about one content. What a placeholder shows is found once, however many texts have it: a notification may have
/// ``AlertWebhook/mostAlerts`` alerts.
struct AlertFilling: Sendable {
    private let content: AlertContent
    private var known: [AlertTemplate.Placeholder: String] = [:]
    private let times: [Timestamp]

    /// - Parameter now: what a time shows where the content has none.
    init(_ content: AlertContent, at now: Timestamp? = nil) {
        self.content = content
        times = [content.startsAt, now].compactMap { $0 }
    }

    /// A text with its placeholders filled, at most `limit` bytes: the list of alerts gives way to the rest. Never blank, which would
    /// be refused for good: the standard text then.
    mutating func text(_ template: AlertTemplate, bytes limit: Int) -> String {
        let text = filled(template, bytes: limit)
        return AlertText.isBlank(text) ? filled(.standard, bytes: limit) : text
    }

    /// A text for a field of a WeChat template: always one that the field's kind may hold.
    mutating func field(_ field: AlertField) -> String {
        AlertFieldKind(field: field.name).value(line(field.value, room: 1000), times: times)
    }

    /// A text with its placeholders filled, with at most `room` bytes for the list of alerts.
    mutating func line(_ template: AlertTemplate, room: Int) -> String {
        template.filled { value($0, room: room) }
    }

    private mutating func filled(_ template: AlertTemplate, bytes limit: Int) -> String {
        let withoutList = template.filled { $0 == .value(.alerts) ? "" : value($0, room: 0) }
        let room = max(limit - withoutList.utf8.count, limit / 4)
        return AlertText.cut(line(template, room: room), bytes: limit)
    }

    private mutating func value(_ placeholder: AlertTemplate.Placeholder, room: Int) -> String {
        // The list depends on the room, and looks at a few alerts only.
        guard placeholder != .value(.alerts) else { return content.value(placeholder, room: room) }
        if let value = known[placeholder] { return value }
        let value = content.value(placeholder, room: room)
        known[placeholder] = value
        return value
    }
}
