import Queueing
import Timekeeping

/// Attempts in flight in the order in which each is looked at next, to find those that hang. Every one is looked at once a period, so
/// the line stays in order without being sorted, and an attempt that ends within the first period costs nothing more than its entry.
struct CheckLine: Sendable {
    struct Entry: Sendable {
        var id: JobID
        /// The attempt's number: a later attempt of the same job is another one.
        var number: Int
        var due: Instant
    }

    static let period = Duration.milliseconds(500)
    /// Looks fall on multiples of this, so that many attempts a second share one look and cost no timer each.
    static let tick = Duration.milliseconds(50)
    private static let (periodInNanoseconds, tickInNanoseconds) = (period.inNanoseconds, tick.inNanoseconds)

    private var entries: [Entry] = []
    private var head = 0

    /// When the next look is due.
    var next: Instant? { head < entries.count ? entries[head].due : nil }

    mutating func append(_ id: JobID, number: Int, at now: Instant) {
        // A division of a `Duration` is one of 128 bits.
        let due = now.nanoseconds + CheckLine.periodInNanoseconds
        let tick = CheckLine.tickInNanoseconds
        let rest = due % tick
        entries.append(Entry(id: id, number: number, due: Instant(nanoseconds: rest > 0 ? due - rest + tick : due)))
    }

    /// The first entry whose time has come.
    mutating func popDue(at now: Instant) -> Entry? {
        guard head < entries.count, entries[head].due <= now else { return nil }
        defer {
            head += 1
            if head >= 1024, head * 2 >= entries.count {
                entries.removeFirst(head)
                head = 0
            }
        }
        return entries[head]
    }
}
