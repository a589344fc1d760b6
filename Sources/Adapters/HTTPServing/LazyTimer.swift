internal import NIOCore

/// The one deadline of a connection at a time.
///
/// Setting a deadline that is later than the scheduled wake-up costs no more than storing it: the wake-up then goes back
/// to sleep for the rest. So a busy keep-alive connection schedules once per idle time, not once per request.
struct LazyTimer {
    enum Wait {
        /// For the first byte of a new connection.
        case firstByte
        /// For the rest of a request's headers.
        case headers
        /// For the next request.
        case idle
        /// For the rest of a body, looked at once in a while.
        case body
        /// For the peer to take the answer, looked at once in a while.
        case flush
        /// For the peer to notice that the connection has ended.
        case linger
    }

    private var wait: Wait?
    private var deadline = NIODeadline.distantFuture
    private var wakeUp: (task: Scheduled<Void>, at: NIODeadline)?

    func isSet(_ wait: Wait) -> Bool {
        self.wait == wait
    }

    mutating func set(_ wait: Wait, after delay: Duration, of handler: ServingHandler) {
        self.wait = wait
        deadline = .now() + TimeAmount(delay)
        if let wakeUp, wakeUp.at <= deadline { return }
        schedule(of: handler)
    }

    mutating func clear() {
        wait = nil
    }

    mutating func cancel() {
        wait = nil
        wakeUp?.task.cancel()
        wakeUp = nil
    }

    /// The wake-up has come; the wait that is over, if any.
    private mutating func fired(of handler: ServingHandler) -> Wait? {
        wakeUp = nil
        guard let wait else { return nil }
        guard deadline <= .now() else {
            schedule(of: handler)
            return nil
        }
        self.wait = nil
        return wait
    }

    private mutating func schedule(of handler: ServingHandler) {
        wakeUp?.task.cancel()
        wakeUp = nil
        guard let eventLoop = handler.context?.eventLoop else { return }
        let task = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            if let wait = handler.timer.fired(of: handler) { handler.timedOut(wait) }
        }
        wakeUp = (task, deadline)
    }
}
