public import Timekeeping

/// A circuit breaker as a value: closed, open, half-open, with the time handed in.
///
/// - Closed: every call passes. With at least `minimumCalls` in the window, a share of `failureRate` failed or
///   `slowCallRate` slow ones opens it; so do `consecutiveFailures` in a row, whatever the window holds.
/// - Open: no call passes. The time doubles each time that the probes fail, up to `openMax`, and begins anew once it closed.
/// - Half-open: at most `probes` calls are in flight or have succeeded. One that fails or is slow opens it again; when all
///   have succeeded it closes. A probe that does not report for the longer of `open` and 30 s is given up for lost.
///
/// Every permit is reported once, with `record` or `release`. A report with a permit from before the latest transition, or
/// a second one about a probe, changes nothing. A call that hangs may be reported with `overdue` first: none counts twice.
public struct CircuitBreakerMachine: Equatable, Sendable {
    /// The policy in force, as it was given.
    public private(set) var policy: CircuitBreakerPolicy
    /// What it lets through. After the open time it stays `open` until a call asks.
    public private(set) var state = BreakerState.closed
    /// What an operator has told it to do.
    public private(set) var mode = BreakerMode.auto
    /// Transitions so far.
    public private(set) var transitions: UInt64 = 0

    private var limits: BreakerLimits
    private var window: RollingWindow
    private var streak = FailureStreak()
    private var probes = ProbeSlots()
    private var openUntil = Instant.zero
    /// Times that it has opened since it was last closed.
    public private(set) var openings = 0
    /// Stamped on permits; raised by whatever makes earlier permits worthless.
    private var generation: UInt64 = 0
    private var notClosedSince: Instant?
    private var notClosedBefore = Duration.zero

    /// A closed breaker with an empty window.
    public init(_ policy: CircuitBreakerPolicy, at now: Instant) {
        self.policy = policy
        limits = BreakerLimits(policy)
        window = RollingWindow(policy.window, at: now)
    }

    // MARK: - Calls

    /// Asks whether a call may be made. An open breaker whose time is over becomes half-open; the permit says so.
    public mutating func permit(at now: Instant) -> Admission {
        if state == .closed {
            return .granted(BreakerPermit(grantedAt: now, generation: generation, probe: nil, startedProbing: nil))
        }
        if let wait = openWait(at: now) { return .refused(retryAfter: wait) }
        var started: UInt64?
        if state == .open {
            started = move(to: .halfOpen, at: now)
            probes.reset()
        }
        guard let ticket = probes.admit(limit: limits.probes, lostAfter: limits.lostAfter, at: now) else {
            return .refused(retryAfter: probeWait(at: now))
        }
        return .granted(
            BreakerPermit(grantedAt: now, generation: generation, probe: ticket, startedProbing: started)
        )
    }

    /// Reports how a call ended.
    ///
    /// - Parameters:
    ///   - took: its duration.
    ///   - slowAfter: from this duration on it is slow; `nil`: from the policy's `slowCall` on.
    ///   - toleratesSlow: whether a slow success is as good as a quick one, as where most of the time is the caller's data.
    ///   - wasOverdue: whether `overdue` was called for this permit. Then a failure makes a failed call of the slow one, a
    ///     tolerated success takes its slowness back, and any other end adds nothing.
    /// - Returns: the transition that this made, if any.
    public mutating func record(
        _ result: CallResult,
        took: Duration,
        slowAfter: Duration? = nil,
        toleratesSlow: Bool = false,
        wasOverdue: Bool = false,
        for permit: BreakerPermit,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> BreakerTransition? {
        guard permit.generation == generation else { return nil }
        let isTolerated = toleratesSlow && result == .success
        let isSlow = took >= (slowAfter ?? policy.slowCall) && !isTolerated
        if let ticket = permit.probe {
            return apply(probeConclusion(result, isSlow: isSlow, ticket), at: now, using: &generator)
        }
        if result != .ignored { streak.add(failed: result == .failure, at: now) }
        switch (result, wasOverdue) {
        case (.ignored, _): return nil
        case (.success, true):
            if isTolerated { window.forgiveSlow() }
            return nil
        case (.failure, true): window.failSlow(at: now)
        case (_, false): window.add(failed: result == .failure, slow: isSlow, at: now)
        }
        return apply(conclusion(at: now), at: now, using: &generator)
    }

    /// Reports that a call still hangs when it is slow already: it counts as a slow call now, and as a probe it has failed.
    ///
    /// Call it at most once for a permit, and say so to `record` when the call has ended.
    ///
    /// - Parameter toleratesSlow: whether a slow success will be as good as a quick one. Then, and where the policy ignores
    ///   slow calls (`slowCallRate` above 1), a hanging probe goes on.
    /// - Returns: the transition that this made, if any.
    public mutating func overdue(
        _ permit: BreakerPermit,
        toleratesSlow: Bool = false,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> BreakerTransition? {
        guard permit.generation == generation else { return nil }
        if let ticket = permit.probe {
            guard limits.countsSlow, !toleratesSlow else { return nil }
            return apply(probeConclusion(.success, isSlow: true, ticket), at: now, using: &generator)
        }
        window.add(failed: false, slow: true, at: now)
        return apply(conclusion(at: now), at: now, using: &generator)
    }

    /// Gives back a permit whose call was never made.
    public mutating func release(_ permit: BreakerPermit, at now: Instant) {
        guard permit.generation == generation, let ticket = permit.probe else { return }
        _ = probes.finish(ticket)
    }

    // MARK: - Operation

    /// Forces the breaker open or closed, or lets it decide by itself again: after `open` the next call is a probe, after
    /// `close` it is closed with an empty window. Earlier permits do not count any more. The mode that it has already is a
    /// no-op.
    ///
    /// - Returns: the transition that this made, if any.
    public mutating func force(_ mode: BreakerMode, at now: Instant) -> BreakerTransition? {
        guard mode != self.mode else { return nil }
        self.mode = mode
        switch (mode, state) {
        case (.open, .open):
            openUntil = .distantFuture
            return nil
        case (.open, _):
            return open(.forced, for: nil, at: now)
        case (.close, .closed), (.auto, .closed):
            restart(at: now)
            return nil
        case (.close, _):
            return close(.forced, at: now)
        case (.auto, _):
            openUntil = now
            return nil
        }
    }

    /// Goes on after a restart with a breaker that was not closed: half-open at once, as nobody knows how the upstream
    /// has been meanwhile. If a probe fails, the open time is that of one more opening. Only for a new machine.
    ///
    /// - Parameter openings: times that it had opened since it was last closed.
    public mutating func reopen(after openings: Int, at now: Instant) {
        guard state == .closed, mode == .auto, transitions == 0 else { return }
        self.openings = min(max(1, openings), 64)
        _ = move(to: .halfOpen, at: now)
        restart(at: now)
    }

    /// Changes the policy and keeps the state. A shorter `openMax` shortens the time that is left, another window begins
    /// empty, and with fewer probes at least one more must succeed.
    public mutating func update(_ policy: CircuitBreakerPolicy, at now: Instant) {
        if policy.window != self.policy.window { window = RollingWindow(policy.window, at: now) }
        self.policy = policy
        limits = BreakerLimits(policy)
        probes.successes = min(probes.successes, limits.probes - 1)
        if mode != .open { openUntil = min(openUntil, now + limits.openMax) }
    }

    // MARK: - Reading

    /// How long a call would have to wait before it is worth asking; `nil` if it would be let through now.
    ///
    /// Open: what is left of its time. Half-open, with every probe on its way: until one should have answered. Forced: `open`.
    public func retryAfter(at now: Instant) -> Duration? {
        guard state != .closed else { return nil }
        if let wait = openWait(at: now) { return wait }
        guard state == .halfOpen else { return nil }
        var probes = probes
        let isAdmitted = probes.admit(limit: limits.probes, lostAfter: limits.lostAfter, at: now) != nil
        return isAdmitted ? nil : probeWait(at: now)
    }

    /// All the time that it has not been closed so far, for a counter that misses no short opening between two scrapes.
    public func openDuration(at now: Instant) -> Duration {
        guard let since = notClosedSince, now > since else { return notClosedBefore }
        return notClosedBefore + (now - since)
    }

    /// What the window holds; empty unless closed.
    public func counts(at now: Instant) -> BreakerCounts {
        window.counts(at: now)
    }

    /// Probes that have been let through and have not reported.
    public var probesInFlight: Int { probes.inFlight }

    /// Probes of this half-open phase that have succeeded.
    public var probeSuccesses: Int { probes.successes }
}

extension CircuitBreakerMachine {
    private enum Conclusion {
        case nothing
        case open(BreakerReason)
        case close
    }

    private mutating func probeConclusion(
        _ result: CallResult,
        isSlow: Bool,
        _ ticket: ProbeSlots.Ticket
    ) -> Conclusion {
        guard probes.finish(ticket), result != .ignored else { return .nothing }
        if result == .failure || (isSlow && limits.countsSlow) { return .open(.probeFailed) }
        probes.successes += 1
        return probes.successes >= limits.probes ? .close : .nothing
    }

    private func conclusion(at now: Instant) -> Conclusion {
        guard mode == .auto else { return .nothing }
        let reason = limits.reasonToOpen(window.counts) ?? limits.reasonToOpen(streak, at: now)
        return reason.map { .open($0) } ?? .nothing
    }

    private mutating func apply(
        _ conclusion: Conclusion,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> BreakerTransition? {
        switch conclusion {
        case .nothing: nil
        case .close: close(.probesSucceeded, at: now)
        case .open(let reason): open(reason, for: limits.openTime(opening: openings + 1, using: &generator), at: now)
        }
    }

    /// `nil` unless the breaker is open and stays so.
    private func openWait(at now: Instant) -> Duration? {
        guard state == .open else { return nil }
        if mode == .open { return limits.open }
        return now < openUntil ? openUntil - now : nil
    }

    private func probeWait(at now: Instant) -> Duration {
        let reclaimed = (probes.oldest ?? now) + limits.lostAfter
        return max(.milliseconds(1), min(policy.slowCall, reclaimed - now))
    }

    private mutating func open(_ reason: BreakerReason, for time: Duration?, at now: Instant) -> BreakerTransition {
        let from = state
        let counts = window.counts(at: now)
        if time != nil { openings += 1 }
        openUntil = time.map { now + $0 } ?? .distantFuture
        let sequence = move(to: .open, at: now)
        restart(at: now)
        return BreakerTransition(
            from: from,
            to: .open,
            reason: reason,
            at: now,
            counts: counts,
            openFor: time,
            sequence: sequence
        )
    }

    private mutating func close(_ reason: BreakerReason, at now: Instant) -> BreakerTransition {
        let from = state
        openings = 0
        let sequence = move(to: .closed, at: now)
        restart(at: now)
        return BreakerTransition(from: from, to: .closed, reason: reason, at: now, sequence: sequence)
    }

    private mutating func move(to next: BreakerState, at now: Instant) -> UInt64 {
        if next == .closed {
            notClosedBefore = openDuration(at: now)
            notClosedSince = nil
        } else if notClosedSince == nil {
            notClosedSince = now
        }
        state = next
        generation += 1
        transitions += 1
        return transitions
    }

    private mutating func restart(at now: Instant) {
        generation += 1
        (window, streak) = (RollingWindow(policy.window, at: now), FailureStreak())
        probes.reset()
    }
}
