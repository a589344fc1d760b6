internal import Timekeeping

/// A bucket and the line of callers before it: first come, first served, and nobody is kept waiting in vain.
///
/// A caller joins the line only if its permit comes by its deadline. From then on only a drain or a lower limit can make it
/// later; these refuse at once whom they delay too long. So the only timer is the one for the head of the line.
struct RateLimiterMachine: Equatable, Sendable {
    enum Entry: Equatable {
        case granted
        /// The caller has a place in the line, and this is its number.
        case waiting(UInt64)
        case refused(RateLimitExceeded)
    }

    struct Refusal: Equatable {
        var place: UInt64
        var reason: RateLimitExceeded
    }

    /// `permits` is 0 once it has left the line out of turn.
    private struct Waiter: Equatable {
        var place: UInt64
        var permits: Int
        var deadline: Instant
    }

    private(set) var bucket: TokenBucket
    let maxWaiting: Int
    /// Callers in the line.
    private(set) var waiting = 0
    /// What the whole line asks for; wide enough for any line of any demands.
    private var demand: UInt128 = 0
    /// In the order of their places. Those before `first` and those without permits are gone.
    private var line: [Waiter] = []
    private var first = 0
    private var lastPlace: UInt64 = 0

    init(_ limit: RateLimit, maxWaiting: Int, at now: Instant) {
        bucket = TokenBucket(limit, at: now)
        self.maxWaiting = max(0, maxWaiting)
    }

    /// Takes permits for someone who does not wait; never ahead of the line.
    mutating func take(_ permits: Int, at now: Instant) -> Decision {
        guard waiting > 0, permits > 0 else { return bucket.take(permits, at: now) }
        guard permits <= max(1, bucket.limit.burst) else { return .never }
        return .wait(expectedWait(permits, at: now))
    }

    /// Takes permits, or joins the line.
    mutating func enter(_ permits: Int, deadline: Instant, at now: Instant) -> Entry {
        switch take(permits, at: now) {
        case .granted: return .granted
        case .never: return .refused(.tooManyPermits(burst: bucket.limit.burst))
        case .wait(let wait):
            guard now + wait <= deadline else { return .refused(.deadline(retryAfter: wait)) }
            guard waiting < maxWaiting else { return .refused(.tooManyWaiting(retryAfter: wait)) }
            lastPlace += 1
            line.append(Waiter(place: lastPlace, permits: permits, deadline: deadline))
            waiting += 1
            demand += UInt128(permits)
            return .waiting(lastPlace)
        }
    }

    /// Serves the line as far as the bucket goes; the places of those served, in order.
    mutating func advance(to now: Instant) -> [UInt64] {
        guard waiting > 0 else { return [] }
        var served: [UInt64] = []
        while let head = head, bucket.take(head.permits, at: now) == .granted {
            served.append(head.place)
            remove(at: first)
        }
        return served
    }

    /// Takes a caller out of the line; false if it is not there (any more).
    mutating func cancel(_ place: UInt64) -> Bool {
        guard let index = index(of: place) else { return false }
        remove(at: index)
        return true
    }

    mutating func giveBack(_ permits: Int, mark: UInt64?, at now: Instant) {
        bucket.giveBack(permits, mark: mark, at: now)
    }

    /// Empties the bucket and refuses those in the line whom that delays past their deadline.
    mutating func drain(at now: Instant) -> [Refusal] {
        bucket.drain(at: now)
        return refuseLate(at: now)
    }

    /// Changes the limit and refuses those in the line whom that delays past their deadline, or who want too much now.
    mutating func update(_ limit: RateLimit, at now: Instant) -> [Refusal] {
        bucket.update(limit, at: now)
        return refuseLate(at: now)
    }

    /// When the head of the line can be served; `nil` if nobody waits.
    func nextWake(at now: Instant) -> Instant? {
        head.map { now + bucket.wait(for: $0.permits, at: now) }
    }

    /// Places in memory, those that have left included.
    var placesHeld: Int { line.count }

    private var head: Waiter? {
        first < line.count ? line[first] : nil
    }

    private func expectedWait(_ permits: Int, at now: Instant) -> Duration {
        max(.nanoseconds(1), bucket.wait(for: Int(clamping: demand + UInt128(permits)), at: now))
    }

    private mutating func refuseLate(at now: Instant) -> [Refusal] {
        var refusals: [Refusal] = []
        var ahead = 0
        let burst = max(1, bucket.limit.burst)
        for index in line.indices.dropFirst(first) where line[index].permits > 0 {
            let waiter = line[index]
            let wait = bucket.wait(for: sum(ahead, waiter.permits), at: now)
            if waiter.permits > burst {
                refusals.append(Refusal(place: waiter.place, reason: .tooManyPermits(burst: burst)))
            } else if now + wait > waiter.deadline {
                refusals.append(Refusal(place: waiter.place, reason: .deadline(retryAfter: wait)))
            } else {
                ahead = sum(ahead, waiter.permits)
            }
        }
        for refusal in refusals { _ = cancel(refusal.place) }
        return refusals
    }

    private func index(of place: UInt64) -> Int? {
        var (low, high) = (first, line.count)
        while low < high {
            let middle = low + (high - low) / 2
            if line[middle].place < place { low = middle + 1 } else { high = middle }
        }
        return low < line.count && line[low].place == place && line[low].permits > 0 ? low : nil
    }

    private mutating func remove(at index: Int) {
        waiting -= 1
        demand -= UInt128(line[index].permits)
        line[index].permits = 0
        while first < line.count, line[first].permits == 0 { first += 1 }
        // The gone are swept out when they outnumber the living, so that each costs a constant share of a sweep.
        if line.count - waiting > waiting + 16 {
            line.removeAll { $0.permits == 0 }
            first = 0
        }
    }

    private func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
