import Resilience
import Timekeeping

/// A bucket that counts along from outside: what an attempt took stays taken if its request left, and comes back if not.
struct LimiterShadow {
    private typealias Key = MachineView.Attempt.Key

    private var bucket: TokenBucket
    /// Attempts in flight, and what the bucket had granted with each.
    private var marks: [Key: UInt64] = [:]
    /// Those of them whose request left.
    private var departed: Set<Key> = []
    /// When the limit came into force.
    private var limitedSince = Instant(nanoseconds: .min)
    /// When permits were taken for requests that left.
    private(set) var departures: [Instant] = []

    init(_ bucket: TokenBucket) {
        self.bucket = bucket
    }

    mutating func left(_ attempt: MachineView.Attempt) {
        guard departed.insert(attempt.key).inserted else { return }
        if attempt.startedAt > limitedSince { departures.append(attempt.startedAt) }
    }

    /// Another limit is in force from now on. What took its permit before may leave after, as messages do: it is of the old one.
    mutating func forgetDepartures(at now: Instant) {
        limitedSince = now
        departures = []
    }

    /// Takes what began, gives back what ended without having left.
    ///
    /// - Returns: how many permits the real bucket has too few (above zero) or too many; 0 where WeChat's "too fast" has lowered its
    ///   limit meanwhile, or the limit has grown again.
    mutating func count(_ attempts: [MachineView.Attempt], real: TokenBucket, at now: Instant) -> Int {
        defer { bucket = real }
        guard !(attempts.isEmpty && marks.isEmpty) || bucket.limit != real.limit else {
            return bucket.available(at: now) - real.available(at: now)
        }
        let keys = Set(attempts.map(\.key))
        // In the order in which they were taken, as the gateway does: what one gets back depends on the others.
        for (key, mark) in marks.sorted(by: { $0.value < $1.value }) where !keys.contains(key) {
            marks[key] = nil
            if departed.remove(key) == nil { bucket.giveBack(mark: mark, at: now) }
        }
        for attempt in attempts.sorted(by: { $0.mark < $1.mark }) {
            guard marks.updateValue(attempt.mark, forKey: attempt.key) == nil else { continue }
            _ = bucket.take(at: attempt.startedAt)
        }
        return bucket.limit == real.limit ? bucket.available(at: now) - real.available(at: now) : 0
    }
}
