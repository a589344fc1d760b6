/// Calls counted by app and path: a day is Asia/Shanghai's, a minute the clock's.
struct QuotaBook: Equatable, Sendable {
    enum Verdict: Equatable {
        case allowed
        /// 45009.
        case dayUsedUp
        /// 45011.
        case minuteUsedUp
    }

    struct Limits: Equatable {
        var daily: Int
        var minute: Int?
    }

    struct Key: Hashable {
        var appID: String
        var path: String
    }

    struct Count: Equatable {
        var day: Int64
        var usedToday: Int
        var minute: Int64
        var usedThisMinute: Int
    }

    static let capacity = 10_000

    private(set) var counts: [Key: Count] = [:]
    private var clearings: [String: (month: Int64, count: Int)] = [:]

    /// Counts a call if it is allowed.
    mutating func take(_ key: Key, _ limits: Limits, at now: Int64) -> Verdict {
        var count = count(of: key, at: now)
        if count.usedToday >= limits.daily { return .dayUsedUp }
        if let minute = limits.minute, count.usedThisMinute >= minute { return .minuteUsedUp }
        count.usedToday += 1
        count.usedThisMinute += 1
        if counts.count >= Self.capacity, counts[key] == nil {
            counts = counts.filter { $0.value.minute == count.minute }
        }
        if counts.count >= Self.capacity, counts[key] == nil { counts = [:] }
        counts[key] = count
        return .allowed
    }

    /// Without touching anything: the counts as they hold now.
    func count(of key: Key, at now: Int64) -> Count {
        let (day, minute) = (Self.day(of: now), now / 60_000_000)
        guard var count = counts[key] else { return Count(day: day, usedToday: 0, minute: minute, usedThisMinute: 0) }
        if count.day != day { (count.day, count.usedToday) = (day, 0) }
        if count.minute != minute { (count.minute, count.usedThisMinute) = (minute, 0) }
        return count
    }

    /// `clear_quota`: ten times in thirty days.
    ///
    /// - Returns: whether there was a clearing left.
    mutating func clear(_ appID: String, at now: Int64) -> Bool {
        let month = Self.day(of: now) / 30
        let used = clearings[appID].map { $0.month == month ? $0.count : 0 } ?? 0
        guard used < 10 else { return false }
        if clearings.count >= Self.capacity { clearings = [:] }
        clearings[appID] = (month, used + 1)
        counts = counts.filter { $0.key.appID != appID }
        return true
    }

    /// The number of the day in Asia/Shanghai, which is UTC+8 all year.
    static func day(of now: Int64) -> Int64 {
        (now / 1_000_000 + 8 * 3600) / 86_400
    }

    static func == (left: QuotaBook, right: QuotaBook) -> Bool {
        left.counts == right.counts
            && left.clearings.elementsEqual(right.clearings) { $0.key == $1.key && $0.value == $1.value }
    }
}
