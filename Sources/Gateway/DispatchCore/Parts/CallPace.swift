import Timekeeping

/// How fast calls come: counted in two windows that follow each other, of which the older one fades while the newer one fills. (The
/// sliding window counter of rate limiters, which costs two numbers in place of a list of times.)
struct CallPace: Equatable, Sendable {
    static let window = Duration.seconds(1800)
    /// A pace of a shorter time than this would say little.
    static let shortest = Duration.seconds(60)

    private var began: Instant
    private var current = 0
    /// `nil` while there was none.
    private var previous: Int?

    init(at now: Instant) {
        began = now
    }

    mutating func count(at now: Instant) {
        let elapsed = now - began
        if elapsed >= CallPace.window {
            previous = elapsed < CallPace.window * 2 ? current : 0
            current = 0
            began = elapsed < CallPace.window * 2 ? began + CallPace.window : now
        }
        current += 1
    }

    /// How long `calls` more last at the present pace; `nil` where there is none.
    func time(for calls: Int, at now: Instant) -> Duration? {
        let (count, span) = recent(at: now)
        return count > 0 ? span * calls / count : nil
    }

    /// The calls of the last window, or of as much of it as there was, and its length.
    private func recent(at now: Instant) -> (count: Int, span: Duration) {
        let (window, elapsed) = (CallPace.window, now - began)
        guard elapsed < window else {
            return elapsed < window * 2 ? (CallPace.fading(current, window * 2 - elapsed), window) : (0, window)
        }
        guard let previous else { return (current, max(elapsed, CallPace.shortest)) }
        return (CallPace.fading(previous, window - elapsed) + current, window)
    }

    /// What is left of a full window's calls when only `left` of it lies within the last window's time.
    private static func fading(_ count: Int, _ left: Duration) -> Int {
        Int((Double(count) * (left.inSeconds / window.inSeconds)).rounded(.up))
    }
}
