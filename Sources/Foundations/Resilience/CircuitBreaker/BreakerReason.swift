/// Why a breaker changed its state.
public enum BreakerReason: String, CaseIterable, Sendable {
    /// Closed → open: too many calls of the window failed.
    case failureRate = "failure_rate"
    /// Closed → open: too many calls of the window were slow.
    case slowCallRate = "slow_call_rate"
    /// Open → half-open: the open time was over and a call asked.
    case openTimeOver = "open_time_over"
    /// Half-open → open: a probe failed or was slow.
    case probeFailed = "probe_failed"
    /// Half-open → closed: every probe succeeded.
    case probesSucceeded = "probes_succeeded"
    /// An operator forced it.
    case forced
}
