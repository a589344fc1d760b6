import Resilience
import Timekeeping
import WeChat

/// What stands between the work of one (app, api) and the upstream.
struct LaneGate: Equatable, Sendable {
    /// Index of its `AppGate`.
    let app: Int
    let api: APIDescriptor
    /// Index of its breaker.
    let breaker: Int
    var bucket: TokenBucket
    /// Times the limiter made ready work wait.
    var limiterWaits = 0
    /// Whether the last look found no permit.
    var isLimited = false
    /// 45009 or 45011.
    var park: Park?
    /// An account error about this api alone; holds messages only, as a relayed call's own service should see WeChat's answer.
    var hold: Hold?
}
