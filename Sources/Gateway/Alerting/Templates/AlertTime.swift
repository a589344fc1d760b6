/// A time as a template's `time` and `date` take it: `15:01`, `2026-11-21`, `2026-11-21 15:01:05`, `2026年11月21日 15:01`, and two of
/// them joined by `~`.
struct AlertTime: Equatable, Sendable {
    let text: String

    /// `nil` for any other text.
    init?(_ source: String, needsDate: Bool) {
        let trimmed = source.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        let ends = trimmed.split(separator: "~", omittingEmptySubsequences: false)
        guard 1...2 ~= ends.count, trimmed.utf8.count <= 64 else { return nil }
        guard ends.allSatisfy({ AlertTime.isTime($0, needsDate: needsDate) }) else { return nil }
        text = trimmed
    }

    private static func isTime(_ text: Substring, needsDate: Bool) -> Bool {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return isDate(parts[0]) || (!needsDate && isClock(parts[0]))
        case 2: return isDate(parts[0]) && isClock(parts[1])
        default: return false
        }
    }

    private static func isClock(_ text: Substring) -> Bool {
        let numbers = numbers(text.split(separator: ":", omittingEmptySubsequences: false))
        guard let numbers, 2...3 ~= numbers.count else { return false }
        return numbers[0] < 24 && numbers.dropFirst().allSatisfy { $0 < 60 }
    }

    private static func isDate(_ text: Substring) -> Bool {
        var parts = text.split(separator: "-", omittingEmptySubsequences: false)
        if parts.count != 3, text.last == "日" {
            parts = text.dropLast().split(omittingEmptySubsequences: false) { $0 == "年" || $0 == "月" }
            guard text.count(where: { $0 == "年" }) == 1 else { return false }
        }
        guard parts.count == 3, parts[0].utf8.count == 4, let numbers = numbers(parts) else { return false }
        return numbers[0] >= 1000 && 1...12 ~= numbers[1] && 1...31 ~= numbers[2]
    }

    /// Each of one to four ASCII digits; nil if one is not.
    private static func numbers(_ parts: [Substring]) -> [Int]? {
        let numbers = parts.compactMap { part in
            1...4 ~= part.utf8.count && part.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(part) : nil
        }
        return numbers.count == parts.count ? numbers : nil
    }
}
