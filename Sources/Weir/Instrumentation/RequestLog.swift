import Logging
import Resilience
import Synchronization
import Timekeeping

/// One line a request: at `debug` for what went well, at `info` for what did not, of which a flood is cut to a bounded number of lines a
/// second.
final class RequestLog: Sendable {
    private struct State {
        var bucket: TokenBucket
        /// Lines left out since the last one that was written.
        var leftOut = 0
    }

    /// Lines about failed requests.
    static let limit = RateLimit(permits: 20, per: .seconds(1), burst: 100)

    private let logger: Logger
    private let state: Mutex<State>

    init(logger: Logger, at now: Instant) {
        self.logger = logger
        state = Mutex(State(bucket: TokenBucket(RequestLog.limit, at: now)))
    }

    func write(
        _ request: RequestTrace,
        route: String,
        method: String,
        status: Int,
        took: Duration,
        at now: Instant
    ) {
        let isFailure = request.known.isFailure || status >= 500
        let level = isFailure ? Logger.Level.info : .debug
        guard level >= logger.logLevel else { return }
        var leftOut = 0
        if isFailure {
            let count = state.withLock { state -> Int? in
                guard case .granted = state.bucket.take(at: now) else {
                    state.leftOut += 1
                    return nil
                }
                defer { state.leftOut = 0 }
                return state.leftOut
            }
            guard let count else { return }
            leftOut = count
        }
        var metadata: Logger.Metadata = [
            "route": "\(route)", "method": "\(method)", "status": "\(status)",
            "took_ms": "\(took.inMilliseconds)", "trace_id": "\(request.id)",
        ]
        for (key, value) in request.known.pairs { metadata[key] = "\(value)" }
        if leftOut > 0 { metadata["left_out"] = "\(leftOut)" }
        logger.log(level: level, "request", metadata: metadata)
    }
}
