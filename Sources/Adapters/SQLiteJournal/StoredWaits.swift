internal import Timekeeping
internal import WeirPorts

/// An attempt's waits and the price of its repeat as columns have them: short texts, NULL where there is nothing to say.
enum StoredWaits {
    /// Such as `rate_limited=1200,breaker_open=30000`, in milliseconds; `nil` when none of them took one.
    static func text(_ waits: [Wait]) -> String? {
        if waits.isEmpty { return nil }
        let items = waits.compactMap { wait -> String? in
            let milliseconds = wait.duration.inMilliseconds
            return milliseconds > 0 ? "\(wait.reason.rawValue)=\(milliseconds)" : nil
        }
        return items.isEmpty ? nil : items.joined(separator: ",")
    }

    /// What can be read of it: a reason that only another version knows is left out.
    static func waits(_ text: String?) -> [Wait] {
        guard let text else { return [] }
        return text.split(separator: ",").compactMap { item in
            guard let (name, milliseconds) = pair(item), let reason = WaitReason(rawValue: name) else {
                return nil
            }
            return Wait(reason, milliseconds)
        }
    }

    static func text(_ cost: RetryCost) -> String {
        switch cost {
        case .free: "free"
        case .paid: "paid"
        case .deferred(let delay): "deferred=\(delay.inMilliseconds)"
        }
    }

    /// Unknown prices count as none.
    static func cost(_ text: String) -> RetryCost {
        if text == "paid" { return .paid }
        guard let (name, delay) = pair(text[...]), name == "deferred" else { return .free }
        return .deferred(delay)
    }

    /// What a message waits for and why, such as `throttled: api minute-quota reach limit (45011)`. Words alone that look as if they
    /// began with a reason get a colon of their own in front.
    static func text(of next: NextStep) -> String {
        if let wait = next.wait { return "\(wait.rawValue): \(next.reason)" }
        let isClear = reason(next.reason) == (nil, next.reason)
        return isClear ? next.reason : ": " + next.reason
    }

    static func reason(_ text: String) -> (wait: WaitReason?, reason: String) {
        guard let colon = text.firstRange(of: ": ") else { return (nil, text) }
        let (name, words) = (text[..<colon.lowerBound], String(text[colon.upperBound...]))
        if name.isEmpty { return (nil, words) }
        return WaitReason(rawValue: String(name)).map { ($0, words) } ?? (nil, text)
    }

    private static func pair(_ item: Substring) -> (name: String, milliseconds: Duration)? {
        let parts = item.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int64(parts[1]), milliseconds >= 0 else { return nil }
        return (String(parts[0]), .milliseconds(milliseconds))
    }
}
