public import Queueing
public import Timekeeping

/// When an app's messages are not sent, so that nobody is woken by them.
public struct QuietHours: Equatable, Sendable {
    /// When they are, each day.
    public var window: DailyWindow
    /// Priorities whose messages are sent all the same.
    public var except: Set<Priority>

    /// The priorities that are sent all the same where nobody says which.
    public static let usualExceptions: Set<Priority> = [.urgent, .high]

    /// By default `urgent` and `high` are sent all the same.
    public init(_ window: DailyWindow, except: Set<Priority> = usualExceptions) {
        (self.window, self.except) = (window, except)
    }

    /// Whether they hold messages of this priority.
    public func hold(_ priority: Priority) -> Bool { !except.contains(priority) }

    /// Whether they hold a message of this priority at a time.
    public func hold(_ priority: Priority, at time: Timestamp) -> Bool {
        hold(priority) && window.span(at: time).contains(time)
    }

    /// Quiet hours that are left out of a lifetime; further ones count.
    private static let most = 16

    /// The end of a message's lifetime: what of it lies in quiet hours that hold it does not count.
    public func end(of lifetime: Duration, from begin: Timestamp, _ priority: Priority) -> Timestamp {
        guard hold(priority) else { return min(begin + lifetime, .latest) }
        var (time, left) = (begin, lifetime)
        for _ in 0..<QuietHours.most {
            let span = window.span(at: time)
            let free = max(.zero, span.lowerBound - time)
            if left <= free { break }
            (time, left) = (span.upperBound, left - free)
        }
        return min(time + left, .latest)
    }
}
