import Dispatching
package import Logging
import Queueing
package import RequestTracing
import Resilience
import Synchronization
package import Timekeeping
import WeChat

/// One line a request and one a message's end: at `debug` for what went well, at `info` for what did not, of which a flood is cut to a
/// bounded number of lines a second.
package final class RequestLog: Sendable {
    private struct State {
        var bucket: TokenBucket
        /// Lines left out since the last one that was written.
        var leftOut = 0
    }

    /// Lines about what went wrong.
    static let limit = RateLimit(permits: 20, per: .seconds(1), burst: 100)

    private let logger: Logger
    private let state: Mutex<State>

    package init(logger: Logger, at now: Instant) {
        self.logger = logger
        state = Mutex(State(bucket: TokenBucket(RequestLog.limit, at: now)))
    }

    package func write(
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
        guard let leftOut = admit(isFailure, at: now) else { return }
        var metadata: Logger.Metadata = [
            "route": "\(route)", "method": "\(method)", "status": "\(status)",
            "took_ms": "\(took.inMilliseconds)", "trace_id": "\(request.id)",
        ]
        for (key, value) in request.known.pairs { metadata[key] = "\(value)" }
        if leftOut > 0 { metadata["left_out"] = "\(leftOut)" }
        logger.log(level: level, "request", metadata: metadata)
    }

    /// A message's end, other than by its sender's wish or success at `info`.
    func write(_ end: MessageEnd, at now: Instant) {
        let state = end.state
        let isFailure = state != .sent && state != .cancelled
        let level = isFailure ? Logger.Level.info : .debug
        guard level >= logger.logLevel, let leftOut = admit(isFailure, at: now) else { return }
        var metadata: Logger.Metadata = ["id": "\(end.id)", "app": "\(end.gate.app)"]
        let id = TraceContext.traceID(in: end.traceparent)
        if !id.isEmpty { metadata["trace_id"] = "\(id)" }
        if let last = end.last {
            metadata["outcome"] = "\(last.outcome.rawValue)"
            metadata["attempts"] = "\(last.number)"
            if let code = last.errcode { metadata["errcode"] = "\(code)" }
            if let rid = last.rid { metadata["rid"] = "\(rid)" }
        } else if let reason = end.reason {
            metadata["reason"] = "\(reason)"
        }
        if leftOut > 0 { metadata["left_out"] = "\(leftOut)" }
        logger.log(level: level, "message \(state.name)", metadata: metadata)
    }

    /// How many lines were left out before this one; `nil` where it is left out, too.
    private func admit(_ isFailure: Bool, at now: Instant) -> Int? {
        guard isFailure else { return 0 }
        return state.withLock { state -> Int? in
            guard case .granted = state.bucket.take(at: now) else {
                state.leftOut += 1
                return nil
            }
            defer { state.leftOut = 0 }
            return state.leftOut
        }
    }
}
