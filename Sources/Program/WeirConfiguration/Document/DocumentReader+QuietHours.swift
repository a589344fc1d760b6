import Queueing
import Timekeeping
import Weir

extension DocumentReader {
    /// Reads when an app's messages are not sent; `nil` where the mapping has a problem.
    mutating func quietHours(_ field: Field) -> QuietHours? {
        var text = QuietHoursText()
        let found = problems.count
        let section = read(field, ConfigurationKey.QuietHours.self, into: &text)
        guard field.isMapping, problems.count == found else { return nil }
        for key in [ConfigurationKey.QuietHours.from, .to] where section[key] == nil {
            report(at: field.keyPosition, field.path, "needs \(key.rawValue)")
        }
        guard let from = text.from, let to = text.to, problems.count == found else { return nil }
        guard let window = DailyWindow(from: from, to: to, zone: text.zone) else {
            report(
                at: field.keyPosition,
                field.path,
                "from and to are the same: write two times, or leave quiet_hours out"
            )
            return nil
        }
        // Whoever is to hear of trouble is woken. What Weir sends about alerts is urgent.
        guard text.except.contains(.urgent) else {
            report(
                at: field.keyPosition,
                field.path,
                "except must name urgent: messages about alerts are, and must go at night"
            )
            return nil
        }
        return QuietHours(window, except: text.except)
    }

    /// Minutes after midnight.
    mutating func timeOfDay(_ field: Field) -> Int? {
        guard let scalar = scalar(field) else { return nil }
        let parts = scalar.text.split(separator: ":", omittingEmptySubsequences: false)
        let areDigits = parts.allSatisfy { $0.utf8.count == 2 && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
        if parts.count == 2, areDigits, let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60 {
            return hour * 60 + minute
        }
        report(scalar.field, "\(scalar.shown) is not a time of day; write such as \"22:00\", up to \"23:59\"")
        return nil
    }

    /// The name of a time zone.
    mutating func zone(_ field: Field) -> String? {
        guard let scalar = scalar(field) else { return nil }
        if DailyWindow.isZone(scalar.text) { return scalar.text }
        report(scalar.field, "\(scalar.shown) is no time zone; write such as Asia/Shanghai, Europe/Berlin or UTC")
        return nil
    }

    mutating func priorities(_ field: Field) -> Set<Priority>? {
        guard let items = list(field, atMost: Priority.allCases.count, example: "[urgent, high]") else { return nil }
        var priorities: Set<Priority> = []
        for item in items {
            guard let priority = priority(item) else { return nil }
            priorities.insert(priority)
        }
        return priorities
    }
}
