import Resilience
import Timekeeping
import WeirPorts

/// What an attempt takes before it may leave. It is used by the attempt, or given back: by the one `giveBack`.
struct Permits: Equatable, Sendable {
    let app: AppPlace
    /// The gate whose bucket gave a permit.
    let gate: GateID
    let gateNumber: UInt64
    /// How many permits the bucket had granted with this one, for giving it back late.
    let mark: UInt64
    /// The breaker that stood behind the gate then.
    let breaker: BreakerID
    let permit: BreakerPermit
}

extension DispatchMachine {
    enum PermitsTaken {
        case taken(Permits)
        case blocked(Block)
    }

    /// A permit of the limiter and one of the breaker, or neither.
    mutating func takePermits(_ id: GateID, at now: SteadyClock.Present) -> PermitsTaken {
        if gates[id].slowdown != nil { gates[id].growLimit(at: now.instant) }
        if case .wait(let wait) = gates[id].bucket.take(at: now.instant) {
            if !gates[id].isLimited { gates[id].limiterWaits += 1 }
            gates[id].isLimited = true
            // With a limit that has grown it may be sooner.
            let until = min(now.instant + wait, gates[id].slowdown?.growsAt ?? .distantFuture)
            return .blocked(Block(reason: .rateLimited, until: until, scope: .lane))
        }
        gates[id].isLimited = false
        let breaker = gates[id].breaker
        guard case .granted(let permit) = breakers[breaker].circuit.permit(at: now.instant) else {
            gates[id].bucket.giveBack(at: now.instant)
            return .blocked(breakerBlock(breaker, at: now) ?? Block(reason: .breakerOpen, scope: .section))
        }
        if let transition = permit.transition { untold.append((breaker, transition)) }
        return .taken(
            Permits(
                app: gates[id].app,
                gate: id,
                gateNumber: gates[id].number,
                mark: gates[id].bucket.granted,
                breaker: breaker,
                permit: permit
            )
        )
    }

    /// The attempt is not made. What was taken meanwhile by others may make the limiter's permit worthless.
    mutating func giveBack(_ permits: Permits, at now: Instant) {
        gates[permits.gate].bucket.giveBack(mark: permits.mark, at: now)
        breakers[permits.breaker].circuit.release(permits.permit, at: now)
    }
}
