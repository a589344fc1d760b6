import Queueing
import Timekeeping
import WeirPorts

/// Whether an app's quiet hours are now, and when that changes.
struct QuietGate: Sendable {
    let hours: QuietHours
    /// The present or the next ones.
    private var span: Range<Timestamp>
    private(set) var isOn = false
    /// When the last ones were over.
    private(set) var lastEnd: Timestamp?

    init(_ hours: QuietHours, at wall: Timestamp) {
        self.hours = hours
        span = wall..<wall
        look(at: wall)
    }

    /// When they end, or begin.
    var next: Timestamp { isOn ? span.upperBound : span.lowerBound }

    /// Until when they hold messages of this priority; `nil` where they don't.
    func holds(_ priority: Priority) -> Timestamp? { isOn && hours.hold(priority) ? span.upperBound : nil }

    /// What is so by the zone's clock. To be called when `next` has come, or the clock was set.
    mutating func look(at wall: Timestamp) {
        span = hours.window.span(at: wall)
        isOn = span.contains(wall)
        lastEnd = hours.window.lastEnd(before: wall)
    }

    /// Since when a message is late that is due since `due`: what it waited in quiet hours is no delay.
    func late(since due: Timestamp, _ priority: Priority) -> Timestamp? {
        guard hours.hold(priority) else { return due }
        return isOn ? nil : max(due, lastEnd ?? due)
    }
}
