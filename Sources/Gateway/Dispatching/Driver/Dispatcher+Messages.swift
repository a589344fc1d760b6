package import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat
package import WeirPorts

extension Dispatcher {
    // MARK: Acceptance

    /// Takes a message into the queue and the journal. `completion` hears when it is synced, or why it could not be taken.
    ///
    /// Where a permit is free at once, the attempt's start rides in the commit of the acceptance.
    package func accept(
        _ message: Message,
        _ content: MessageContent,
        completion: @escaping @Sendable (Result<Void, AcceptFailure>) -> Void
    ) {
        let api = message.type.descriptor
        let refusal = update { state, now -> AcceptFailure? in
            guard let app = state.machine.app(named: message.app), state.machine.apps[app].isPresent else {
                return .noApp
            }
            let job = state.job(message, MessageProgress(), api, of: app, at: now.instant)
            switch state.machine.submit(job, at: now) {
            case .refused: return .queueFull
            case .ready, .scheduled: break
            }
            let trail = Trail(
                traceparent: content.traceparent,
                waitingSince: message.notBefore ?? message.createdAt
            )
            state.bodies.keep(Parcel(body: content.body, trail: trail), for: message.id)
            state.acceptance = Acceptance(message: message, content: content, completion: completion)
            return nil
        }
        if let refusal { completion(.failure(refusal)) }
    }

    /// A message that this change took into the queue, until the journal is handed it.
    struct Acceptance: Sendable {
        let message: Message
        let content: MessageContent
        let completion: @Sendable (Result<Void, AcceptFailure>) -> Void
    }

    /// Hands the new message of this change to the journal, with the start of its first attempt where that is among `actions`.
    func acceptPending(in state: inout State, _ actions: [DispatchAction]) {
        guard let acceptance = state.acceptance.take() else { return }
        let id = acceptance.message.id
        let lease = actions.lazy.compactMap(\.started).first { $0.job.id == id }
        var writes = [JournalWrite.accept(acceptance.message, acceptance.content)]
        if let lease { writes.append(startWrite(lease, state.bodies)) }
        journal.append(writes) { [self, completion = acceptance.completion] result in
            switch result {
            case .success(let receipt):
                completion(.success(()))
                if let lease { committed([lease], .success(receipt)) }
            case .failure(let error):
                update { state, now in
                    state.machine.discard(id, at: now)
                    state.machine.journalIsWritable = false
                    _ = state.bodies.take(id)
                }
                completion(.failure(.journal(error)))
            }
        }
    }

    // MARK: Attempts

    /// The starts of these attempts are on disk, or can't be put there.
    func committed(_ leases: [Lease], _ result: Result<JournalReceipt, JournalError>) {
        switch result {
        case .success(let receipt):
            for lease in leases { transmit(lease, stored: receipt.bodies[lease.job.id]) }
        case .failure:
            update { state, now in
                state.machine.journalIsWritable = false
                for lease in leases { _ = state.machine.abandon(lease.job.id, at: now) }
            }
        }
    }

    private func transmit(_ lease: Lease, stored: StoredBody?) {
        guard let (parcel, api, runtime, connectTimeout) = unpack(lease, stored: stored) else { return }
        guard !parcel.body.isEmpty else { return fail(lease, because: "its body is no longer kept") }
        var attempt = Attempt(lease: lease, api: api, runtime: runtime, trail: parcel.trail, body: parcel.body)
        attempt.token = runtime.keeper?.token()
        let (token, now) = (attempt.token, time.timestamp())
        guard let target = runtime.upstream.target(of: api, body: parcel.body, token: token, at: now) else {
            return giveBack(lease, parcel)
        }
        attempt.trace = observer.attemptLeaves(attempt.start)
        let request = UpstreamRequest(
            method: "POST",
            origin: runtime.origin,
            target: target,
            headers: Dispatcher.jsonHeaders,
            body: parcel.body,
            timeout: lease.timeout,
            connectTimeout: connectTimeout,
            replyLimit: 1 << 20
        )
        transport.send(request) { [self, attempt] result in complete(attempt, result) }
    }

    /// What an attempt takes along. `nil` when it must not be made any more, because its start was long in being written down.
    private func unpack(_ lease: Lease, stored: StoredBody?) -> (
        Parcel, APIDescriptor, AppRuntime, connectTimeout: Duration
    )? {
        let id = lease.job.id
        let (isStale, taken) = state.withLock { state in
            let gate = state.machine.gates[lease.gate]
            // Only a repeat can be stale: the usual attempt need not read the clock.
            let isStale = lease.number > 1 && state.machine.isStale(id, at: time.moment())
            let known =
                state.machine.leases[id] == nil || isStale ? nil : state.bodies.take(id) ?? stored.map(Parcel.init)
            let parcel = known ?? Parcel(body: [], trail: Trail())
            return (isStale, (parcel, gate.api, state.apps[gate.app], state.settings.connectTimeout))
        }
        guard isStale else { return taken }
        update { state, now in
            guard let job = state.machine.endIfStale(id, at: now) else { return }
            conclude(job, as: .unknown, reason: Dispatcher.tooLateToRepeat, in: &state, at: now)
        }
        return nil
    }

    static let tooLateToRepeat = "an attempt's outcome is unknown and a repeat is not safe any more"

    private static let jsonHeaders = [HeaderField("Content-Type", "application/json; charset=utf-8")]

    /// The token went away between decision and transmission: no byte left, and the journal is told so.
    private func giveBack(_ lease: Lease, _ parcel: Parcel) {
        update { state, now in
            state.refreshToken(of: state.machine.gates[lease.gate].app, at: now)
            guard let job = state.machine.abandon(lease.job.id, lacksToken: true, at: now) else { return }
            state.bodies.keep(parcel, for: job.id)
            let settlement = Settlement(
                state: .pending,
                at: now.timestamp,
                countedAttempts: Int(job.countedAttempts),
                reason: Obstacle.Reason.noToken.rawValue
            )
            journal.append([.conclude(job.id, settlement)]) { _ in }
        }
    }

    private func fail(_ lease: Lease, because reason: String) {
        update { state, now in
            guard let job = state.machine.abandon(lease.job.id, at: now) else { return }
            _ = state.machine.cancel(job.id)
            conclude(job, as: .failed, reason: reason, in: &state, at: now)
        }
    }

    // MARK: Ends without an attempt

    func expire(_ job: Job, in state: inout State, at now: Moment) {
        // With an attempt whose outcome nobody knows behind it, `expired` would say more than is known.
        let end: JobState = job.marks.contains(.ambiguous) ? .unknown : .expired
        let reason = end == .unknown ? Dispatcher.tooLateToRepeat : "not_after passed"
        conclude(job, as: end, reason: reason, in: &state, at: now)
    }

    func conclude(
        _ job: Job,
        as end: JobState,
        reason: String,
        in state: inout State,
        at now: Moment,
        completion: @escaping @Sendable (Result<Void, JournalError>) -> Void = { _ in }
    ) {
        let trail = state.bodies.take(job.id)?.trail
        let watchers = state.removeWatchers(job.id)
        let settlement = Settlement(
            state: end,
            at: now.timestamp,
            countedAttempts: Int(job.countedAttempts),
            reason: reason
        )
        var ended = MessageEnd(job, gate: state.gateName(of: job.lane), settlement)
        ended.traceparent = trail?.traceparent ?? ""
        state.events.append(.messageEnded(ended))
        journal.append([.conclude(job.id, settlement)]) { result in
            completion(result.map { _ in })
            for watcher in watchers { watcher() }
        }
    }

    /// Takes a waiting message out for good.
    package func cancel(
        _ id: JobID,
        because reason: String = "cancelled by its client",
        completion: @escaping @Sendable (Result<Bool, JournalError>) -> Void
    ) {
        let isGone = update { state, now -> Bool in
            guard case .removed(let job) = state.machine.cancel(id) else { return false }
            conclude(job, as: .cancelled, reason: reason, in: &state, at: now) { completion($0.map { true }) }
            return true
        }
        if !isGone { completion(.success(false)) }
    }

    /// What a waiting message waits for; `nil` when it does not wait here.
    package func waiting(_ id: JobID) -> Obstacle? {
        state.withLock { state in
            state.machine.waiting(id).map { state.machine.obstacle(of: $0, at: time.moment()) }
        }
    }

    /// Calls `action` once when the message has ended and its end is on disk; soon when it is not waiting or in flight here.
    ///
    /// - Returns: what `forget` takes back by.
    @discardableResult
    package func whenEnded(_ id: JobID, _ action: @escaping @Sendable () -> Void) -> UInt64 {
        let (isThere, number) = state.withLock { state in
            state.watcherCount += 1
            guard state.machine.job(id) != nil else { return (false, state.watcherCount) }
            state.watchers[id, default: [:]][state.watcherCount] = action
            return (true, state.watcherCount)
        }
        // Its end may have been decided and not be on disk yet: it is then among what is committed before this.
        if !isThere { journal.append([]) { _ in action() } }
        return number
    }

    /// Nobody waits for a message's end any more.
    package func forget(_ number: UInt64, of id: JobID) {
        state.withLock { state in
            state.watchers[id]?[number] = nil
            if state.watchers[id]?.isEmpty ?? false { state.watchers[id] = nil }
        }
    }
}

/// Why a message was not taken.
package enum AcceptFailure: Error, Equatable, Sendable {
    /// As many messages wait as may.
    case queueFull
    /// No app of its name is configured, or not any more.
    case noApp
    /// It could not be put on disk.
    case journal(JournalError)
}
