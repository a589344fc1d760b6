import Resilience
import Timekeeping
import WeChat
import WeirPorts

/// What stands between the work of one (app, api) and the upstream.
struct LaneGate: Equatable, Sendable {
    /// No other gate of this process ever has the same: for what is told of it after the lock is released.
    let number: UInt64
    let app: AppPlace
    let api: APIDescriptor
    /// Another one after a reload of the app's hosts.
    var breaker: BreakerID
    var bucket: TokenBucket
    /// Times the limiter made ready work wait.
    var limiterWaits = 0
    /// While the limiter is lower because WeChat has said "too fast".
    var slowdown: Slowdown?
    /// Whether the last look found no permit.
    var isLimited = false
    /// 45009 or 45011.
    var park: Park?
    /// Its daily quota; `nil` for what WeChat gives no such count of.
    var quota: QuotaCount?
    /// Once the quota was used up, until messages go as fast as they may again.
    var release: QuotaRelease?
    /// An account error about this api alone; holds messages only, as a relayed call's own service should see WeChat's answer.
    var hold: Hold?
    /// How long answers take.
    var latency = LatencyEstimate()
    /// Throttled answers since the last accepted one.
    var throttleStreak = 0
    /// When the three newest of the attempts that were answered had been started, oldest first.
    private var answered: [Instant] = []

    init(
        app: AppPlace,
        api: APIDescriptor,
        breaker: BreakerID,
        bucket: TokenBucket,
        quota: QuotaCount? = nil,
        number: UInt64
    ) {
        self.number = number
        self.app = app
        self.api = api
        self.breaker = breaker
        self.bucket = bucket
        self.quota = quota
    }

    /// Whether WeChat has said that the daily quota is used up.
    func isQuotaRefused(at now: SteadyClock.Present) -> Bool {
        park.map { $0.obstacle == .quotaExhausted && !$0.isOver(at: now) } ?? false
    }

    /// The limit in force. The bucket learns of it when a permit is asked for next.
    func limit(at now: Instant) -> RateLimit { slowdown?.limit(at: now) ?? bucket.limit }

    /// The configured limit is another, or WeChat has said more about it.
    mutating func setLimit(_ full: RateLimit, slowedDown slowdown: Slowdown?, at now: Instant) {
        self.slowdown = slowdown
        let limit = slowdown?.limit(at: now) ?? full
        if limit != bucket.limit { bucket.update(limit, at: now) }
    }

    /// What was lowered has grown.
    mutating func growLimit(at now: Instant) {
        guard var slowdown, now >= slowdown.growsAt else { return }
        slowdown.grow(at: now)
        setLimit(slowdown.full, slowedDown: slowdown.isOver(at: now) ? nil : slowdown, at: now)
    }

    var key: GateKey { GateKey(app: app, api: api) }

    /// What the ledger calls it.
    var ledgerName: String {
        api.label == APICatalog.otherLabel && api.group != .other ? "\(api.label)~\(api.group.rawValue)" : api.label
    }

    /// Answers to newer attempts after which one that hangs is given up for a repeat.
    static let overtakers = 3

    /// An attempt that was started at `start` was answered.
    mutating func answered(startedAt start: Instant) {
        if answered.count == LaneGate.overtakers {
            guard start > answered[0] else { return }
            answered.removeFirst()
        }
        answered.insert(start, at: answered.firstIndex { $0 > start } ?? answered.endIndex)
    }

    /// Whether upstream answers what was sent after `start`, so that an attempt of that time without an answer is the exception.
    func wasOvertaken(startedAt start: Instant) -> Bool {
        answered.count == LaneGate.overtakers && answered[0] > start
    }
}

/// Tells a gate from all others: by the api's label and its group, as paths that the catalog doesn't know have one label in any group.
struct GateKey: Hashable, Sendable {
    private let app: AppPlace
    private let api: String
    private let group: String

    init(app: AppPlace, api: APIDescriptor) {
        self.app = app
        self.api = api.label
        group = api.group.rawValue
    }
}
