/// Since when jobs have been due that are not done yet, and how many of them were done in the time that was promised.
///
/// It holds no job, only counts in buckets of time: fine ones up to the promised time, a sixtieth of it each, and beyond it ones of up
/// to an eighth of their age, so that a million jobs take no more than a few hundred. A promise of which time alone has broken is
/// counted by the next `advance`, for a bucket as a whole: at most a bucket's width late. All times are milliseconds on one timeline.
struct AgeLedger: Equatable, Sendable {
    /// Jobs that became due at about the same time.
    struct Bucket: Equatable, Sendable {
        /// The times that belong to it, without `end`.
        var start: Int64
        var end: Int64
        /// The earliest that came into it.
        var oldest: Int64
        var jobs: Int32
        /// Those of them whose promise is open and not counted yet.
        var open: Int32
        /// All that belong to it are over their time, and counted.
        var isBroken: Bool
    }

    /// More are put together whatever their ages are.
    static let most = 512
    /// Buckets in the promised time.
    static let steps: Int64 = 60

    /// Oldest first; no two overlap, and none is empty.
    private(set) var buckets: [Bucket] = []
    private(set) var tally = PromiseTally()

    /// Jobs that are due and not done.
    var count: Int { buckets.reduce(0) { $0 + Int($1.jobs) } }

    /// Since when the oldest of them is due: exact while it is alone in its bucket, else at most a bucket's width too early.
    var oldest: Int64? { buckets.first?.oldest }

    /// About how many of them became due before `since`: inside a bucket as if they had come evenly, until now at the latest.
    func count(before since: Int64, at now: Int64) -> Int {
        var count = 0.0
        for bucket in buckets {
            guard bucket.oldest < since else { break }
            let end = min(bucket.end, max(now, bucket.oldest.saturatingAdd(1)))
            let share =
                Double(since.saturatingSubtract(bucket.oldest)) / Double(max(1, end.saturatingSubtract(bucket.oldest)))
            count += Double(bucket.jobs) * min(1, share)
        }
        return Int(count)
    }

    /// What was counted since this was asked last.
    mutating func takeTally() -> PromiseTally {
        defer { tally = PromiseTally() }
        return tally
    }

    /// A promise was broken without a job in here.
    mutating func countBroken() { tally.broken += 1 }

    // MARK: Jobs

    /// A job is due.
    ///
    /// - Parameter isInherited: whether an earlier process had it: what broke in its days is told by `settle` alone.
    mutating func add(_ since: Int64, _ promise: Promise, limit: Int64, at now: Int64, isInherited: Bool = false) {
        let since = AgeLedger.clamped(since)
        if let index = index(of: since) {
            buckets[index].jobs += 1
            buckets[index].oldest = min(buckets[index].oldest, since)
            guard promise == .open else { return }
            if buckets[index].isBroken { tally.broken += 1 } else { buckets[index].open += 1 }
            return
        }
        let isOver = since < now.saturatingSubtract(limit)
        let isBroken = isOver && !isInherited
        let width = isOver ? AgeLedger.width(limit, age: now.saturatingSubtract(since)) : AgeLedger.fine(limit)
        var bucket = Bucket(
            start: since.saturatingSubtract(AgeLedger.remainder(since, width)),
            end: 0,
            oldest: since,
            jobs: 1,
            open: promise == .open && !isBroken ? 1 : 0,
            isBroken: isBroken
        )
        bucket.end = bucket.start.saturatingAdd(width)
        // What comes into it later must be over its time as well.
        if isOver { bucket.end = min(bucket.end, now.saturatingSubtract(limit)) }
        if isBroken, promise == .open { tally.broken += 1 }
        insert(bucket, limit: limit, at: now)
    }

    /// A job that was due is gone, or not due any more.
    mutating func remove(_ since: Int64, _ promise: Promise, as end: PromiseEnd, limit: Int64, at now: Int64) {
        let since = AgeLedger.clamped(since)
        guard let index = index(of: since) else { return }
        buckets[index].jobs -= 1
        if promise == .open, !buckets[index].isBroken {
            buckets[index].open -= 1
            count(end, isOver: since < now.saturatingSubtract(limit))
        }
        if buckets[index].jobs <= 0 { buckets.remove(at: index) }
    }

    private mutating func count(_ end: PromiseEnd, isOver: Bool) {
        switch end {
        case .kept where !isOver: tally.kept += 1
        case .void where !isOver, .withdrawn: break
        case .kept, .broken, .void: tally.broken += 1
        }
    }

    // MARK: Time

    /// Counts the promises that time has broken.
    mutating func advance(limit: Int64, to now: Int64) {
        var isBroken = false
        for index in buckets.indices {
            guard buckets[index].end <= now.saturatingSubtract(limit) else { break }
            guard !buckets[index].isBroken else { continue }
            close(index)
            isBroken = true
        }
        if isBroken { coalesce(limit: limit, at: now) }
    }

    /// What an earlier process left is all here: whose time was over while that process ran was counted by it.
    ///
    /// - Parameter lastSeen: when that process was certainly still there.
    mutating func settle(limit: Int64, lastSeen: Int64) {
        for index in buckets.indices where !buckets[index].isBroken {
            guard buckets[index].end <= lastSeen.saturatingSubtract(limit) else { break }
            buckets[index].open = 0
            buckets[index].isBroken = true
        }
    }

    /// What is open is open no more, and counted as nothing.
    mutating func excuse() {
        for index in buckets.indices where !buckets[index].isBroken {
            buckets[index].open = 0
            buckets[index].isBroken = true
        }
    }

    private mutating func close(_ index: Int) {
        tally.broken += Int(buckets[index].open)
        buckets[index].open = 0
        buckets[index].isBroken = true
    }

    // MARK: Buckets

    /// The usual job is a young one: the last bucket is looked at first.
    private func index(of since: Int64) -> Int? {
        guard let last = buckets.last else { return nil }
        if since >= last.start { return since < last.end ? buckets.count - 1 : nil }
        let place = place(of: since)
        return place > 0 && since < buckets[place - 1].end ? place - 1 : nil
    }

    /// How many buckets begin at this time or before.
    private func place(of since: Int64) -> Int {
        var (low, high) = (0, buckets.count)
        while low < high {
            let middle = (low + high) / 2
            if buckets[middle].start <= since { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func insert(_ bucket: Bucket, limit: Int64, at now: Int64) {
        var bucket = bucket
        let place = place(of: bucket.oldest)
        if place > 0 { bucket.start = max(bucket.start, buckets[place - 1].end) }
        if place < buckets.count { bucket.end = min(bucket.end, buckets[place].start) }
        buckets.insert(bucket, at: place)
        guard buckets.count > AgeLedger.most else { return }
        if bucket.isBroken || bucket.end > now.saturatingSubtract(limit) { advance(limit: limit, to: now) }
        coalesce(limit: limit, at: now)
    }

    /// Puts together what is over its time and of about one age; in need, whatever is of one kind.
    private mutating func coalesce(limit: Int64, at now: Int64) {
        merge { last, next in
            let span = next.end.saturatingSubtract(last.start)
            return next.end <= now.saturatingSubtract(limit)
                && span <= AgeLedger.width(limit, age: now.saturatingSubtract(next.end))
        }
        var span = AgeLedger.fine(limit)
        while buckets.count > AgeLedger.most {
            span = span.saturatingAdd(span)
            let (before, widest) = (buckets.count, span)
            merge { last, next in next.end.saturatingSubtract(last.start) <= widest }
            if buckets.count == before, span == .max { return }
        }
    }

    private mutating func merge(_ belong: (Bucket, Bucket) -> Bool) {
        var merged: [Bucket] = []
        merged.reserveCapacity(buckets.count)
        for bucket in buckets {
            guard let last = merged.last, last.isBroken == bucket.isBroken, belong(last, bucket) else {
                merged.append(bucket)
                continue
            }
            merged[merged.count - 1].end = bucket.end
            merged[merged.count - 1].jobs += bucket.jobs
            merged[merged.count - 1].open += bucket.open
        }
        buckets = merged
    }

    private static func fine(_ limit: Int64) -> Int64 { max(1, limit / steps) }

    /// How wide a bucket may be whose jobs are this old: a power of two, so that those of one age have the same borders.
    private static func width(_ limit: Int64, age: Int64) -> Int64 {
        let widest = age / 8
        guard widest > fine(limit) else { return fine(limit) }
        return 1 << (Int64.bitWidth - 1 - widest.leadingZeroBitCount)
    }

    /// The last instant of all has no bucket that ends behind it.
    private static func clamped(_ time: Int64) -> Int64 { min(time, .max - 1) }

    private static func remainder(_ time: Int64, _ width: Int64) -> Int64 {
        let rest = time % width
        return rest < 0 ? rest + width : rest
    }
}
