internal import Synchronization
public import Timekeeping

/// A rate limiter for concurrent callers: a ``TokenBucket`` behind a lock, and a line of those who wait for it.
///
/// Waiting callers are served in the order in which they came, and nobody overtakes them. A caller whose permit cannot come
/// by its deadline is refused at once. At most `maxWaiting` callers wait.
///
///     let limiter = RateLimiter(RateLimit(permits: 100, per: .seconds(1), burst: 200))
///     try await limiter.acquire(deadline: time.now() + .seconds(2))
public final class RateLimiter: Sendable {
    private typealias Reply = CheckedContinuation<Result<Void, RateLimitExceeded>, Never>

    private struct Waiter {
        var call: UInt64
        var reply: Reply
    }

    private struct Timer {
        var number: UInt64
        var due: Instant
        var task: Task<Void, Never>
    }

    private struct State {
        var machine: RateLimiterMachine
        /// By their place in the line.
        var waiters: [UInt64: Waiter] = [:]
        /// A waiting call's place, for its cancellation.
        var places: [UInt64: UInt64] = [:]
        var calls: UInt64 = 0
        var timers: UInt64 = 0
        var timer: Timer?

        mutating func removeWaiter(at place: UInt64) -> Reply? {
            guard let waiter = waiters.removeValue(forKey: place) else { return nil }
            places[waiter.call] = nil
            return waiter.reply
        }
    }

    /// What is left to do once the lock is free.
    private struct Aftermath {
        var replies: [(Reply, Result<Void, RateLimitExceeded>)] = []
        var obsolete: Task<Void, Never>?

        func carryOut() {
            obsolete?.cancel()
            for (reply, result) in replies { reply.resume(returning: result) }
        }
    }

    private let time: any TimeSource
    private let state: Mutex<State>

    /// A limiter with a full bucket.
    ///
    /// - Parameter maxWaiting: how many callers may wait at once; whoever comes then is refused.
    public init(_ limit: RateLimit, maxWaiting: Int = 10_000, time: any TimeSource = SystemTimeSource()) {
        self.time = time
        state = Mutex(State(machine: RateLimiterMachine(limit, maxWaiting: maxWaiting, at: time.now())))
    }

    /// The limit in force.
    public var limit: RateLimit {
        state.withLock { $0.machine.bucket.limit }
    }

    /// Callers that wait.
    public var waiting: Int {
        state.withLock { $0.machine.waiting }
    }

    /// Whole permits that could be taken now.
    public var available: Int {
        let now = time.now()
        return state.withLock { $0.machine.bucket.available(at: now) }
    }

    /// All permits granted so far, the mark for ``giveBack(_:mark:)``.
    public var granted: UInt64 {
        state.withLock { $0.machine.bucket.granted }
    }

    /// Takes permits if they are there and nobody waits for them; else says how long it would take.
    public func tryAcquire(_ permits: Int = 1) -> Decision {
        change { state, aftermath, now in
            serve(&state, &aftermath, at: now)
            return state.machine.take(permits, at: now)
        }
    }

    /// Waits for permits.
    ///
    /// - Parameter deadline: when they must have come at the latest.
    /// - Throws: ``RateLimitExceeded``; nothing is taken then.
    public func acquire(_ permits: Int = 1, deadline: Instant = .distantFuture) async throws(RateLimitExceeded) {
        if Task.isCancelled { throw .cancelled }
        if tryAcquire(permits) == .granted { return }
        let call = state.withLock { state in
            state.calls += 1
            return state.calls
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { reply in
                enter(permits, call: call, deadline: deadline, reply: reply)
            }
        } onCancel: {
            leave(call)
        }
        try result.get()
    }

    /// Puts back permits that were taken but not used; see ``TokenBucket/giveBack(_:mark:at:)``.
    ///
    /// - Parameter mark: the value of ``granted`` from before the permits were asked for. Without it they must come back
    ///   before anything else is taken.
    public func giveBack(_ permits: Int = 1, mark: UInt64? = nil) {
        change { state, aftermath, now in
            state.machine.giveBack(permits, mark: mark, at: now)
            serve(&state, &aftermath, at: now)
        }
    }

    /// Empties the bucket: the upstream says that it was too much. Those whom that delays past their deadline are refused.
    public func drain() {
        change { state, aftermath, now in
            let refusals = state.machine.drain(at: now)
            refuse(refusals, &state, &aftermath)
            serve(&state, &aftermath, at: now)
        }
    }

    /// Changes the limit; what is spent stays spent. Those whom that delays past their deadline are refused.
    public func update(_ limit: RateLimit) {
        change { state, aftermath, now in
            let refusals = state.machine.update(limit, at: now)
            refuse(refusals, &state, &aftermath)
            serve(&state, &aftermath, at: now)
        }
    }

    private func change<Value: Sendable>(_ body: (inout State, inout Aftermath, Instant) -> Value) -> Value {
        let now = time.now()
        let (value, aftermath) = state.withLock { state in
            var aftermath = Aftermath()
            let value = body(&state, &aftermath, now)
            return (value, aftermath)
        }
        aftermath.carryOut()
        return value
    }

    private func enter(_ permits: Int, call: UInt64, deadline: Instant, reply: Reply) {
        change { state, aftermath, now in
            // A cancellation after this check finds the reply in its place, as it has to take the lock first.
            if Task.isCancelled {
                aftermath.replies.append((reply, .failure(.cancelled)))
                return
            }
            serve(&state, &aftermath, at: now)
            switch state.machine.enter(permits, deadline: deadline, at: now) {
            case .granted: aftermath.replies.append((reply, .success(())))
            case .refused(let reason): aftermath.replies.append((reply, .failure(reason)))
            case .waiting(let place):
                state.waiters[place] = Waiter(call: call, reply: reply)
                state.places[call] = place
                arm(&state, &aftermath, at: now)
            }
        }
    }

    private func leave(_ call: UInt64) {
        change { state, aftermath, now in
            guard let place = state.places[call], state.machine.cancel(place) else { return }
            if let reply = state.removeWaiter(at: place) {
                aftermath.replies.append((reply, .failure(.cancelled)))
            }
            serve(&state, &aftermath, at: now)
        }
    }

    private func refuse(
        _ refusals: [RateLimiterMachine.Refusal],
        _ state: inout State,
        _ aftermath: inout Aftermath
    ) {
        for refusal in refusals {
            guard let reply = state.removeWaiter(at: refusal.place) else { continue }
            aftermath.replies.append((reply, .failure(refusal.reason)))
        }
    }

    private func serve(_ state: inout State, _ aftermath: inout Aftermath, at now: Instant) {
        for place in state.machine.advance(to: now) {
            guard let reply = state.removeWaiter(at: place) else { continue }
            aftermath.replies.append((reply, .success(())))
        }
        arm(&state, &aftermath, at: now)
    }

    /// Sees to it that somebody wakes up in time for the head of the line. A timer that wakes too early sleeps again.
    private func arm(_ state: inout State, _ aftermath: inout Aftermath, at now: Instant) {
        guard let due = state.machine.nextWake(at: now) else {
            aftermath.obsolete = state.timer?.task ?? aftermath.obsolete
            state.timer = nil
            return
        }
        if let timer = state.timer {
            guard due < timer.due else { return }
            aftermath.obsolete = timer.task
        }
        state.timers += 1
        let number = state.timers
        state.timer = Timer(number: number, due: due, task: Task { await self.wake(number, from: due) })
    }

    private func wake(_ number: UInt64, from first: Instant) async {
        var next: Instant? = first
        while let due = next {
            guard (try? await time.sleep(until: due)) != nil else { return }
            next = change { state, aftermath, now in
                guard state.timer?.number == number else { return nil }
                // Earlier than any due time, so that serving arms no second timer beside this one.
                state.timer?.due = Instant(nanoseconds: .min)
                serve(&state, &aftermath, at: now)
                guard let due = state.machine.nextWake(at: now) else { return nil }
                state.timer?.due = due
                return due
            }
        }
    }
}

/// Why ``RateLimiter/acquire(_:deadline:)`` came back without a permit. Nothing was taken.
public enum RateLimitExceeded: Error, Equatable {
    /// The permit would come after the deadline; it would come after this time.
    case deadline(retryAfter: Duration)
    /// As many callers wait as may wait; the line is served after this time.
    case tooManyWaiting(retryAfter: Duration)
    /// More permits than the burst were asked for: no wait will help.
    case tooManyPermits(burst: Int)
    /// The task was cancelled before its permit came.
    case cancelled
}
