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
    /// When permits were taken for requests that left.
    private(set) var departures: [Instant] = []

    init(_ bucket: TokenBucket) {
        self.bucket = bucket
    }

    mutating func left(_ attempt: MachineView.Attempt) {
        guard departed.insert(attempt.key).inserted else { return }
        departures.append(attempt.startedAt)
    }

    /// Another limit is in force from now on.
    mutating func forgetDepartures() {
        departures = []
    }

    /// Takes what began, gives back what ended without having left.
    ///
    /// - Returns: how many permits the real bucket has too few (above zero) or too many.
    mutating func count(_ attempts: [MachineView.Attempt], real: TokenBucket, at now: Instant) -> Int {
        let keys = Set(attempts.map(\.key))
        let ended = marks.sorted { $0.value < $1.value }.filter { !keys.contains($0.key) }
        for (key, _) in ended { marks[key] = nil }
        let unused = ended.filter { departed.remove($0.key) == nil }.map(\.value)
        var begun: [Instant] = []
        for attempt in attempts.sorted(by: { $0.mark < $1.mark })
        where marks.updateValue(attempt.mark, forKey: attempt.key) == nil {
            begun.append(attempt.startedAt)
        }
        // What one gets back depends on those given back before. They come in the order in which they were taken, or, where a
        // commit fails that a new message is the first in, with its permit before those of older ones.
        let orders = [unused, Array(unused.suffix(1) + unused.dropLast()), unused.reversed()]
        let differences = orders.map { order -> Int in
            var bucket = bucket
            for mark in order { bucket.giveBack(mark: mark, at: now) }
            for start in begun { _ = bucket.take(at: start) }
            return bucket.available(at: now) - real.available(at: now)
        }
        bucket = real
        return differences.min { abs($0) < abs($1) } ?? 0
    }
}
