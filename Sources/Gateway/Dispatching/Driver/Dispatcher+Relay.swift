package import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat
import WeirPorts

extension Dispatcher {
    private enum Entrance {
        case queued(JobID)
        case refused(RelayEnd)
    }

    /// Queues a relayed call. `completion` is called once, also when there is no room, or when its turn would come too late.
    /// - Returns: the id with which the call can be hung up; `nil` when it has already ended.
    package func relay(_ call: RelayCall, priority: Priority, retryClass: String) -> JobID? {
        let id = makeID()
        let entrance = update { state, now -> Entrance in
            // It may have left since the call was let in.
            guard state.machine.isPresent(call.app) else { return .refused(.refused(Obstacle(.noApp), last: nil)) }
            let app = call.app.index
            let lane = state.lane(app: app, api: call.api, isDurable: false, at: now.instant)
            var job = Job(id: id, lane: lane, priority: priority, isDurable: false, acceptedAt: now.timestamp)
            job.retryClass = state.classes.index(retryClass)
            job.expiresAt = now.timestamp + (call.deadline - now.instant)
            if call.isRepeatable { job.marks.insert(.repeatable) }
            if call.stream != nil { job.marks.insert(.once) }
            if let obstacle = state.machine.refusal(of: job, path: call.path, at: now) {
                if obstacle.reason == .rateLimited { state.events.append(.limiterRefused(state.gateName(of: lane))) }
                return .refused(.refused(obstacle, last: nil))
            }
            let (maxCalls, maxBytes) = (state.settings.maxWaiting, state.settings.maxWaitingBytes)
            guard state.room.enter(call.client, bytes: call.size, maxCalls: maxCalls, maxBytes: maxBytes) else {
                return .refused(.overloaded)
            }
            state.calls[id] = QueuedCall(call)
            _ = state.machine.submit(job, at: now)
            return .queued(id)
        }
        switch entrance {
        case .queued(let id): return id
        case .refused(let end):
            call.completion(end)
            return nil
        }
    }

    /// The caller is gone: its wait ends. An attempt on its way is the last. One that only reads is taken back, so that it keeps
    /// nobody's place; another is left to arrive.
    package func hangUp(_ id: JobID) {
        update { state, now in
            switch state.machine.cancel(id) {
            case .removed:
                guard let queued = state.removeCall(id) else { return }
                state.effects.append(.answer(queued.call, .hungUp))
            case .inFlight:
                state.machine.makeLast(id, at: now)
                guard let queued = state.calls[id], queued.call.api.repeatability == .always else { return }
                if let signal = queued.cancelSignal { state.effects.append(.cancel(signal)) }
            case .unknown: return
            }
        }
    }

    /// The token went away between decision and transmission: the call waits for the next one.
    private func abandon(_ lease: Lease, lacksToken: Bool = false) {
        update { state, now in
            let id = lease.job.id
            state.refreshToken(of: state.machine.gates[lease.gate].app, at: now)
            _ = state.machine.abandon(id, lacksToken: lacksToken, at: now)
            state.waitAgain(id)
        }
    }

    /// Whether its caller is still there and has time left.
    private func mayLeave(_ lease: Lease) -> Bool {
        state.withLock { $0.machine.mayLeave(lease.job.id, at: time.moment()) }
    }

    func transmit(_ lease: Lease, _ departure: Departure) {
        let (call, runtime, now) = (departure.call, departure.runtime, time.now())
        // This thread may have stood still since the decision.
        if now - lease.startedAt.instant > Departure.patience, !mayLeave(lease) { return abandon(lease) }
        var token: AccessToken?
        if call.usesToken {
            token = runtime.keeper?.token()
            guard token != nil else { return abandon(lease, lacksToken: true) }
        }
        var attempt = Attempt(lease: lease, api: call.api, runtime: runtime, token: token, trail: departure.trail)
        attempt.concernsApp = call.concernsApp
        attempt.method = call.method
        attempt.progress = call.stream.map(StreamProgress.init)
        attempt.trace = observer.attemptLeaves(attempt.start)
        var request = UpstreamRequest(
            method: call.method,
            origin: runtime.origin,
            target: call.targetPrefix + (token?.value ?? "") + call.targetSuffix,
            headers: call.headers,
            body: call.body,
            timeout: min(lease.timeout, max(call.deadline - now, .milliseconds(1))),
            connectTimeout: departure.connectTimeout
        )
        request.stream = attempt.progress
        request.cancelSignal = departure.signal
        transport.send(request) { [self, attempt] result in complete(attempt, result) }
    }
}
