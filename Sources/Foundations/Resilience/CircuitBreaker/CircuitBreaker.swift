internal import Synchronization
public import Timekeeping

/// A circuit breaker for concurrent callers: a ``CircuitBreakerMachine`` behind a lock.
///
/// Either ask for a permit and report the result yourself, or hand `call` the work:
///
///     let breaker = CircuitBreaker()
///     let answer = try await breaker.call { () async throws(UpstreamError) in try await upstream.ask() }
///
/// The listener hears of every transition, after the lock is free: it may use the breaker. When two transitions follow each
/// other closely it may hear of them in either order, which their `sequence` tells.
public final class CircuitBreaker: Sendable {
    private struct State {
        var machine: CircuitBreakerMachine
        var generator: any RandomNumberGenerator & Sendable
    }

    private let time: any TimeSource
    private let onTransition: @Sendable (BreakerTransition) -> Void
    private let state: Mutex<State>

    /// A closed breaker.
    ///
    /// - Parameters:
    ///   - generator: draws the jitter of the open times.
    ///   - onTransition: the listener.
    public init(
        _ policy: CircuitBreakerPolicy = CircuitBreakerPolicy(),
        time: any TimeSource = SystemTimeSource(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        onTransition: @escaping @Sendable (BreakerTransition) -> Void = { _ in }
    ) {
        self.time = time
        self.onTransition = onTransition
        state = Mutex(State(machine: CircuitBreakerMachine(policy, at: time.now()), generator: generator))
    }

    /// A copy of the machine, to read everything at one instant.
    public var machine: CircuitBreakerMachine {
        state.withLock { $0.machine }
    }

    /// What the breaker lets through; an open one stays open until somebody asks after its time.
    public var current: BreakerState {
        state.withLock { $0.machine.state }
    }

    /// Asks whether a call may be made. A granted permit must come back through `record` or `release`.
    public func permit() -> Admission {
        let now = time.now()
        let admission = state.withLock { $0.machine.permit(at: now) }
        if case .granted(let permit) = admission, let transition = permit.transition { onTransition(transition) }
        return admission
    }

    /// Reports how a call ended.
    ///
    /// - Parameters:
    ///   - took: its duration; the time since the permit was granted if `nil`.
    ///   - slowAfter: from this duration on it is slow; from the policy's `slowCall` on if `nil`.
    ///   - toleratesSlow: whether a slow success is as good as a quick one.
    ///   - wasOverdue: whether ``overdue(_:toleratesSlow:)`` was called for this permit.
    public func record(
        _ result: CallResult,
        took: Duration? = nil,
        slowAfter: Duration? = nil,
        toleratesSlow: Bool = false,
        wasOverdue: Bool = false,
        for permit: BreakerPermit
    ) {
        let now = time.now()
        let transition = state.withLock { state in
            state.machine.record(
                result,
                took: took ?? (now - permit.grantedAt),
                slowAfter: slowAfter,
                toleratesSlow: toleratesSlow,
                wasOverdue: wasOverdue,
                for: permit,
                at: now,
                using: &state.generator
            )
        }
        if let transition { onTransition(transition) }
    }

    /// Reports that a call still hangs when it is slow already: it counts as slow now. At most once for a permit, and `record`
    /// must be told.
    ///
    /// - Parameter toleratesSlow: whether a slow success will be as good as a quick one: then a hanging probe goes on.
    public func overdue(_ permit: BreakerPermit, toleratesSlow: Bool = false) {
        let now = time.now()
        let transition = state.withLock { state in
            state.machine.overdue(permit, toleratesSlow: toleratesSlow, at: now, using: &state.generator)
        }
        if let transition { onTransition(transition) }
    }

    /// Gives back a permit whose call was never made.
    public func release(_ permit: BreakerPermit) {
        let now = time.now()
        state.withLock { $0.machine.release(permit, at: now) }
    }

    /// Forces the breaker open or closed, or lets it decide by itself again.
    public func force(_ mode: BreakerMode) {
        let now = time.now()
        let transition = state.withLock { $0.machine.force(mode, at: now) }
        if let transition { onTransition(transition) }
    }

    /// Changes the policy and keeps the state.
    public func update(_ policy: CircuitBreakerPolicy) {
        let now = time.now()
        state.withLock { $0.machine.update(policy, at: now) }
    }

    /// Makes a call if the breaker lets it, and reports how it ended, on every path.
    ///
    /// - Parameter judge: what an end says about whoever was called. Without it a value is a success, `CancellationError` is
    ///   ignored, and every other error is a failure.
    /// - Throws: `refused` when the call was not made, `failed` with the call's own error.
    public func call<Value, Failure: Error>(
        judge: (Result<Value, Failure>) -> CallResult = CircuitBreaker.judge,
        _ body: () async throws(Failure) -> Value
    ) async throws(CircuitBreakerError<Failure>) -> Value {
        switch permit() {
        case .refused(let retryAfter): throw .refused(retryAfter: retryAfter)
        case .granted(let permit):
            do throws(Failure) {
                let value = try await body()
                record(judge(.success(value)), for: permit)
                return value
            } catch {
                record(judge(.failure(error)), for: permit)
                throw .failed(error)
            }
        }
    }

    /// What an end says where nobody knows better: a value is a success, `CancellationError` is ignored, every other error is
    /// a failure.
    public static func judge<Value, Failure: Error>(_ result: Result<Value, Failure>) -> CallResult {
        switch result {
        case .success: .success
        case .failure(let error): error is CancellationError ? .ignored : .failure
        }
    }
}

/// How ``CircuitBreaker/call(judge:_:)`` can fail.
public enum CircuitBreakerError<Failure: Error>: Error {
    /// The breaker is open, or every probe is on its way: the call was not made. Ask again after this time.
    case refused(retryAfter: Duration)
    /// The call was made and failed.
    case failed(Failure)
}

extension CircuitBreakerError: Equatable where Failure: Equatable {}
