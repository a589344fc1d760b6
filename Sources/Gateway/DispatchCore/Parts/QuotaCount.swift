import Resilience
import Timekeeping

/// What of an api's daily quota is used, as far as Weir knows: the calls that it made, set right by what WeChat says.
///
/// WeChat counts by calendar days; no page says of which time zone: Shanghai's is taken. Its own counters may be off by 1 %.
struct QuotaCount: Equatable, Sendable {
    /// A question to WeChat that is not answered yet.
    private struct Question: Equatable, Sendable {
        var used: Int
        var day: Timestamp
    }

    /// How soon WeChat is asked after the first call, at the latest: the questions of many apps are spread over it.
    static let firstQuestion = Duration.seconds(10)
    /// How often it is asked about a path in use.
    static let interval = Duration.seconds(300)
    /// In the last hour of the day the reserve shrinks to nothing.
    static let shrinking = Duration.seconds(3600)
    private static let wholeDay = Duration.seconds(86_400)

    /// What the configuration says; goes before WeChat's word.
    var rule: DailyQuota?
    /// WeChat's word about the limit.
    private(set) var learnt: DailyQuota?
    /// The midnight that ends the day of the calls.
    private(set) var dayEnds = Timestamp(milliseconds: 0)
    private var calls = 0
    private var pace: CallPace
    /// The number of calls with which the ledger was told last, or is to be told.
    private(set) var noted = 0
    private var askAt: Instant
    /// Whether a call has left since WeChat was asked last.
    private var isInUse = false
    private var question: Question?

    /// - Parameter spread: 0 to 1, by which questions are spread.
    init(_ rule: DailyQuota?, spread: Double, at now: Instant) {
        self.rule = rule
        pace = CallPace(at: now)
        askAt = now + QuotaCount.firstQuestion * spread
    }

    var quota: DailyQuota? { rule ?? learnt }

    /// A wall clock that is set back over midnight, and forward again, begins no day anew.
    private func isToday(_ wall: Timestamp) -> Bool {
        wall < dayEnds && dayEnds - wall <= QuotaCount.wholeDay * 2
    }

    /// The day's first hour, in which WeChat may still count yesterday's calls: its word about them says nothing about today.
    private func isEarly(_ wall: Timestamp) -> Bool {
        reset(at: wall) - wall > QuotaCount.wholeDay - QuotaCount.shrinking
    }

    /// Calls of the day so far.
    func used(at wall: Timestamp) -> Int { isToday(wall) ? calls : 0 }

    /// Calls that the day has left; `nil` where the limit is not known.
    func left(at wall: Timestamp) -> Int? { quota.map { max(0, $0.limit - used(at: wall)) } }

    /// The midnight after which calls are counted anew.
    func reset(at wall: Timestamp) -> Timestamp { ChinaTime.nextMidnight(after: wall) }

    /// What is kept for urgent work now.
    func reserve(at wall: Timestamp) -> Int {
        guard let quota else { return 0 }
        let left = reset(at: wall) - wall
        guard left < QuotaCount.shrinking else { return quota.reserved }
        return Int(Double(quota.reserved) * (left.inSeconds / QuotaCount.shrinking.inSeconds))
    }

    /// Whether some work or all of it has to wait for more.
    func isShort(at wall: Timestamp) -> Bool { left(at: wall).map { $0 <= reserve(at: wall) } ?? false }

    /// Whether the last call before the reserve, or the last of all, has just left.
    func isAtBound(at wall: Timestamp) -> Bool {
        guard let left = left(at: wall) else { return false }
        return left == 0 || left == reserve(at: wall)
    }

    /// When the reserve has shrunk so far that other work may go; `nil` where it may go now.
    func reservedUntil(at wall: Timestamp) -> Timestamp? {
        guard let quota, let left = left(at: wall), isShort(at: wall), quota.reserved > 0 else { return nil }
        let midnight = reset(at: wall)
        // One call more than there are may go at no time before midnight.
        let share = Double(left) / Double(quota.reserved)
        let until = midnight + (Duration.milliseconds(1) - QuotaCount.shrinking * min(1, share))
        return min(max(until, wall + .milliseconds(1)), midnight)
    }

    /// How long the rest of the day's calls lasts at the present pace; `nil` where it lasts until midnight, or nobody knows.
    func exhaustion(at now: SteadyClock.Present) -> Duration? {
        guard let left = left(at: now.wall) else { return nil }
        guard left > 0 else { return .zero }
        guard let time = pace.time(for: left, at: now.instant), time < reset(at: now.wall) - now.wall else {
            return nil
        }
        return time
    }

    // MARK: Counting

    /// A call leaves. Whether it comes to an answer, WeChat may have counted it.
    ///
    /// - Returns: whether the ledger is to be told: a hundredth of the quota has been used since it was told last.
    mutating func callLeft(at now: SteadyClock.Present) -> Bool {
        turn(at: now)
        calls = min(calls, DailyQuota.most) + 1
        isInUse = true
        pace.count(at: now.instant)
        return note()
    }

    /// A call that was counted never reached WeChat.
    mutating func callReturned() {
        calls = max(0, calls - 1)
    }

    /// Another day has begun.
    mutating func turn(at now: SteadyClock.Present) {
        guard !isToday(now.wall) else { return }
        dayEnds = ChinaTime.nextMidnight(after: now.wall)
        (calls, noted) = (0, 0)
        (question, isInUse) = (nil, false)
    }

    private mutating func note() -> Bool {
        let step = max(1, (quota?.limit ?? 100_000) / 100)
        guard calls >= noted + step || calls < noted else { return false }
        noted = calls
        return true
    }

    /// What an earlier process counted on the day that ends then; no less was used than it had written.
    init(_ made: QuotaCount, used: Int, learnt: Int?, dayEnds: Timestamp) {
        self = made
        self.dayEnds = dayEnds
        calls = min(max(0, used), DailyQuota.most)
        isInUse = calls > 0
        noted = calls
        self.learnt = learnt.map { DailyQuota(limit: $0) }
    }

    // MARK: WeChat's word

    /// WeChat refused a call because the quota is used up.
    mutating func refused(at now: SteadyClock.Present) -> Bool {
        turn(at: now)
        if let quota, !isEarly(now.wall) { calls = max(calls, quota.limit) }
        // What others of the account used is not known: better ask.
        if question == nil { (askAt, isInUse) = (min(askAt, now.instant), true) }
        return note()
    }

    /// Whether WeChat is to be asked now, which then counts as asked: only about what was called since it was asked last.
    mutating func takeQuestion(at now: SteadyClock.Present) -> Bool {
        guard now.instant >= askAt, isInUse, isToday(now.wall) else { return false }
        isInUse = false
        askAt = now.instant + QuotaCount.interval
        question = Question(used: calls, day: dayEnds)
        return true
    }

    /// WeChat's answer. Calls that left meanwhile are counted on top of it.
    ///
    /// - Returns: whether the ledger is to be told.
    mutating func answered(limit: Int, used: Int, at now: SteadyClock.Present) -> Bool {
        defer { question = nil }
        guard let question, isToday(now.wall), question.day == dayEnds, limit > 0 else { return false }
        let limit = DailyQuota(limit: limit)
        let isNews = limit != learnt
        learnt = limit
        let told = min(max(0, used), DailyQuota.most) + max(0, calls - question.used)
        // What the configuration allows is never passed: of its own calls Weir is surer than WeChat, which may lag.
        if !isEarly(now.wall) { calls = rule == nil ? told : max(calls, told) }
        return note() || isNews
    }

    /// WeChat does not say: it is asked again much later where it knows no such path.
    mutating func unanswered(isUnknownPath: Bool, at now: Instant) {
        question = nil
        if isUnknownPath { askAt = now + QuotaCount.wholeDay }
    }

    /// An operator had the quota cleared.
    mutating func clear(at now: SteadyClock.Present) {
        turn(at: now)
        (calls, noted) = (0, 0)
        (question, isInUse) = (nil, true)
        askAt = min(askAt, now.instant)
    }
}
