import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts

extension DispatchState {
    /// Takes a relayed call into the queue.
    ///
    /// - Returns: its end, where it had better not wait.
    mutating func queue(
        _ call: RelayCall,
        as id: JobID,
        _ priority: Priority,
        retryClass: String,
        at now: Moment
    ) -> RelayEnd? {
        // Its app may have left since the call was let in.
        guard machine.isPresent(call.app) else { return .refused(Obstacle(.noApp), last: nil) }
        let end = admit(call, as: id, priority, retryClass: retryClass, at: now)
        if let end { judge(end, of: call) }
        return end
    }

    private mutating func admit(
        _ call: RelayCall,
        as id: JobID,
        _ priority: Priority,
        retryClass: String,
        at now: Moment
    ) -> RelayEnd? {
        let lane = machine.lane(call.api, of: call.app.place, isDurable: false, at: now.instant)
        let share = shares.share(of: call.client)
        var job = Job(id: id, lane: lane, priority: priority, isDurable: false, acceptedAt: now.timestamp, share: share)
        job.retryClass = classes.index(retryClass)
        job.expiresAt = now.timestamp + (call.deadline - now.instant)
        if call.isRepeatable { job.marks.insert(.repeatable) }
        if call.stream != nil { job.marks.insert(.once) }
        if let obstacle = machine.refusal(of: job, path: call.path, at: now) {
            refused(by: obstacle, in: lane)
            return .refused(obstacle, last: nil)
        }
        let (maxCalls, maxBytes) = (settings.maxWaiting, settings.maxWaitingBytes)
        guard room.enter(call.client, bytes: call.size, maxCalls: maxCalls, maxBytes: maxBytes) else {
            return .overloaded
        }
        calls[id] = QueuedCall(call)
        _ = machine.submit(job, at: now)
        return nil
    }

    /// A call's attempt starts: it takes no room among those that wait any more.
    mutating func depart(_ lease: Lease) -> Departure? {
        let id = lease.job.id
        guard let index = calls.index(forKey: id) else { return nil }
        let call = calls.values[index].call
        // A call that can't be repeated is never taken back.
        let signal = call.isRepeatable ? CancelSignal() : nil
        calls.values[index].isUnderWay = true
        calls.values[index].cancelSignal = signal
        room.leave(call.client, bytes: call.size)
        return Departure(
            call: call,
            trail: calls.values[index].trail,
            runtime: apps[call.app.place],
            origin: machine.origin(of: lease),
            connectTimeout: settings.connectTimeout,
            signal: signal
        )
    }

    /// An attempt is not made: the call waits for another.
    mutating func abandon(_ lease: Lease, lacksToken: Bool, at now: Moment) {
        refreshToken(of: lease.app, at: now)
        guard !lease.job.marks.contains(.ownProbe) else {
            machine.discard(lease.job.id, at: now)
            return end(lease.job.id) { _ in .hungUp(mayHaveArrived: false) }
        }
        _ = machine.abandon(lease.job.id, lacksToken: lacksToken, at: now)
        waitAgain(lease.job.id)
    }

    /// Weir asks WeChat a question of its own, whose answer nobody waits for.
    mutating func prepareQuestion(_ lease: Lease, at now: Moment) {
        let path = DispatchMachine.probePath
        let call = RelayCall(
            method: "GET",
            targetPrefix: "\(path)?access_token=",
            targetSuffix: "",
            usesToken: true,
            headers: [],
            content: .bytes([]),
            app: machine.slot(of: lease.app),
            api: machine.api(of: lease.gate),
            deadline: now.instant + lease.timeout,
            isRepeatable: true,
            path: path,
            isPromised: false
        ) { _ in }
        calls[lease.job.id] = QueuedCall(call)
        room.reenter(call.client, bytes: call.size)
    }

    /// A call whose attempt has ended waits for another.
    mutating func waitAgain(_ id: JobID) {
        guard calls[id]?.isUnderWay == true, let call = calls[id]?.call else { return }
        calls[id]?.isUnderWay = false
        calls[id]?.cancelSignal = nil
        room.reenter(call.client, bytes: call.size)
    }

    /// The caller is gone: its wait ends. An attempt on its way is the last. One that only reads is taken back, so that it keeps
    /// nobody's place; another is left to arrive.
    mutating func hangUp(_ id: JobID, at now: Moment) {
        switch machine.cancel(id) {
        case .removed: end(id) { .hungUp(mayHaveArrived: $0.last?.mayHaveArrived ?? false) }
        case .inFlight:
            machine.makeLast(id, at: now)
            guard let queued = calls[id], queued.call.api.repeatability == .always else { return }
            if let signal = queued.cancelSignal { due.effects.append(.cancel(signal)) }
        case .unknown: return
        }
    }

    /// A call ends because of what stands in its way.
    mutating func refused(by obstacle: Obstacle, in lane: LaneID) {
        if obstacle.reason == .rateLimited { due.events.append(.limiterRefused(machine.gateName(of: lane))) }
    }

    mutating func endCall(_ id: JobID, obstacle: Obstacle) {
        end(id) { .refused(obstacle, last: $0.last) }
    }

    /// A call has ended, and is answered.
    mutating func end(_ id: JobID, _ answer: (QueuedCall) -> RelayEnd) {
        guard let queued = calls.removeValue(forKey: id) else { return }
        if !queued.isUnderWay { room.leave(queued.call.client, bytes: queued.call.size) }
        let end = answer(queued)
        judge(end, of: queued.call)
        due.effects.append(.answer(queued.call, end))
    }

    /// Whether a call's caller gets what it was promised is counted.
    private mutating func judge(_ end: RelayEnd, of call: RelayCall) {
        guard call.isPromised, machine.isPresent(call.app), let isKept = end.isKept(for: call) else { return }
        machine.countCall(isKept: isKept, app: call.app.place)
    }
}
