import Timekeeping

/// An answer, and what the request's metrics, its span and its log line say of it.
public struct RequestAnswer<Reply> {
    /// What the caller gets.
    public var reply: Reply
    /// One of few: a metric label.
    public var route: String
    /// The HTTP method, one of few.
    public var method: String
    /// The HTTP status.
    public var status: Int

    /// `route` and `method` become labels of metrics: pass one of few values, never what a caller sent.
    public init(_ reply: Reply, route: String, method: String, status: Int) {
        self.reply = reply
        self.route = route
        self.method = method
        self.status = status
    }
}

extension Gateway {
    /// Handles a request that came in at one of the doors: gives it a trace, and accounts for it when it is answered.
    ///
    /// - Parameters:
    ///   - span: The span's name. Without one (scrapes, health checks) the request has a trace id but no span.
    ///   - traceparent: The caller's, as W3C's Trace Context has it.
    public func request<Reply>(
        span: String?,
        traceparent: String?,
        _ answer: (RequestTrace) async -> RequestAnswer<Reply>
    ) async -> Reply {
        let trace = traces.begin(span, traceparent: traceparent)
        let answer = await answer(trace)
        metrics.answered(
            route: answer.route,
            method: answer.method,
            status: answer.status,
            took: time.now() - trace.began.instant
        )
        end(trace, route: answer.route, method: answer.method, status: answer.status)
        return answer.reply
    }

    /// Handles a request of the program that the gateway is in: gives it a trace, a span and a log line, but counts it as no
    /// HTTP request. Hand the trace to ``accept(_:idempotencyKey:caller:trace:wait:)`` or to a `RelayRequest`.
    ///
    /// - Parameters:
    ///   - name: What is done, one of few: the span's name and the log line's route.
    ///   - traceparent: Of whoever asked the program.
    /// - Throws: what `body` throws.
    public func request<Reply, Failure: Error>(
        _ name: String,
        traceparent: String? = nil,
        _ body: (RequestTrace) async throws(Failure) -> Reply
    ) async throws(Failure) -> Reply {
        let trace = traces.begin(name, traceparent: traceparent)
        do throws(Failure) {
            let reply = try await body(trace)
            end(trace, route: name, method: "CALL", status: 200)
            return reply
        } catch {
            if let refusal = error as? MessageRefusal { trace.note(refusal) }
            end(trace, route: name, method: "CALL", status: 500)
            throw error
        }
    }

    private func end(_ trace: RequestTrace, route: String, method: String, status: Int) {
        traces.end(trace, route: route, method: method, status: status)
        let now = time.now()
        requestLog.write(
            trace,
            route: route,
            method: method,
            status: status,
            took: now - trace.began.instant,
            at: now
        )
    }
}
