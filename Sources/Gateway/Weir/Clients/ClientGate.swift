import Resilience
import Synchronization
import Timekeeping

/// The clients' own rates: how fast each may hand over calls and messages.
final class ClientGate: Sendable {
    private let buckets = Mutex<[String: TokenBucket]>([:])
    private let time: any TimeSource
    private let metrics: GatewayMetrics

    init(time: any TimeSource, metrics: GatewayMetrics) {
        self.time = time
        self.metrics = metrics
    }

    /// `nil` when the client may go on; else how long it must wait.
    func wait(for caller: Caller, limit: RateLimit?, permits: Int = 1) -> Duration? {
        guard let limit else { return nil }
        let now = time.now()
        let decision = buckets.withLock { buckets -> Decision in
            if buckets[caller.name] == nil { buckets[caller.name] = TokenBucket(limit, at: now) }
            if buckets[caller.name]?.limit != limit { buckets[caller.name]?.update(limit, at: now) }
            return buckets[caller.name]?.take(permits, at: now) ?? .granted
        }
        if decision == .granted { return nil }
        metrics.clientRefused(caller)
        switch decision {
        case .granted: return nil
        case .wait(let wait): return wait
        case .never: return limit.per
        }
    }
}
