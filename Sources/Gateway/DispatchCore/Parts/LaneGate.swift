import Resilience
import Timekeeping
import WeChat

/// What stands between the work of one (app, api) and the upstream.
struct LaneGate: Equatable, Sendable {
    /// No other gate of this process ever has the same: for what is told of it after the lock is released.
    let number: UInt64
    /// Its app has gone: the place waits for another gate.
    private(set) var isVacant = false
    /// Index of its `AppGate`.
    let app: Int
    let api: APIDescriptor
    /// Index of its breaker; another one after a reload of the app's hosts.
    var breaker: Int
    var bucket: TokenBucket
    /// Times the limiter made ready work wait.
    var limiterWaits = 0
    /// Whether the last look found no permit.
    var isLimited = false
    /// 45009 or 45011.
    var park: Park?
    /// An account error about this api alone; holds messages only, as a relayed call's own service should see WeChat's answer.
    var hold: Hold?
    /// How long answers take.
    var latency = LatencyEstimate()
    /// Throttled answers since the last accepted one.
    var throttleStreak = 0
    /// When the three newest of the attempts that were answered had been started, oldest first.
    private var answered: [Instant] = []

    init(app: Int, api: APIDescriptor, breaker: Int, bucket: TokenBucket, number: UInt64) {
        self.number = number
        self.app = app
        self.api = api
        self.breaker = breaker
        self.bucket = bucket
    }

    /// Its app has gone, and with it whatever blocked it.
    mutating func vacate() {
        (isVacant, park, hold) = (true, nil, nil)
    }

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

/// Names a gate: an app's index, an api's label and its group, as paths that the catalog doesn't know have one label in any group.
struct GateKey: Hashable, Sendable {
    var app: Int
    var api: String
    var group: String
}

/// Names a breaker: one for each app, upstream host and group of apis, so that media trouble never stops messages.
package struct BreakerKey: Hashable, Sendable {
    /// Index of the app.
    package var app: Int
    package var host: String
    package var group: String

    /// As people know it: app, host and group, safe in a URL.
    func name(app: String) -> String {
        let host = host.drop { $0 != "/" }.drop { $0 == "/" }
        let safe = host.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
        return "\(app)~\(String(safe))~\(group)"
    }
}
