import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts

extension DispatchState {
    // MARK: Acceptance

    /// A message that this change took into the queue, until it is noted for the journal.
    struct Acceptance: Sendable {
        let message: Message
        let content: MessageContent
        let completion: @Sendable (Result<Void, AcceptFailure>) -> Void
        /// What else the journal is to write with it.
        var counts: [JournalWrite] = []
        /// What it replaces.
        var replaced: Replacement?
    }

    /// Takes a message into the queue.
    ///
    /// - Parameter api: of the message's type. It is looked up by path, so its caller does that before it holds the lock.
    mutating func accept(_ new: Acceptance, _ api: APIDescriptor, at now: Moment) -> AcceptFailure? {
        let (message, content) = (new.message, new.content)
        guard let app = machine.presentApp(named: message.app) else { return .noApp }
        // First, as it makes room.
        let replaced = replaced(by: message, at: now)
        switch machine.submit(job(message, MessageProgress(), api, of: app, at: now.instant), at: now) {
        case .refused:
            if let replaced { reinstate(replaced, at: now) }
            return .queueFull
        case .ready, .scheduled: break
        }
        if let mark = message.collapse { collapses.add(message.id, mark) }
        var trail = Trail(traceparent: content.traceparent, waitingSince: message.notBefore ?? message.createdAt)
        trail.client = message.client
        bodies.keep(Parcel(body: content.body, trail: trail), for: message.id)
        acceptance = new
        acceptance?.replaced = replaced
        return nil
    }

    /// Notes the new message of this change, with the start of its first attempt where that is among `actions`.
    mutating func acceptPending(_ actions: [DispatchAction]) {
        guard let new = acceptance.take() else { return }
        let id = new.message.id
        var writes = [JournalWrite.accept(new.message, new.content)]
        var started: [Lease] = []
        if let lease = actions.lazy.compactMap(\.started).first(where: { $0.job.id == id }) {
            writes.append(startWrite(lease))
            started.append(lease)
        }
        // Behind the start, which becomes one row with the acceptance.
        writes += new.counts
        if let replaced = new.replaced { writes.append(replaced.write) }
        let collapsing = new.message.collapse.map { _ in Consequences.Collapsing(replaced: new.replaced) }
        due.write(writes, then: .accepted(id, started: started, collapsing, new.completion))
    }

    /// The journal could not take a message: it is gone.
    ///
    /// - Parameter replaced: what it would have replaced.
    /// - Returns: false where it had ended before.
    mutating func discard(_ id: JobID, _ replaced: Replacement?, at now: Moment) -> Bool {
        let isThere = machine.job(id) != nil
        machine.discard(id, at: now)
        machine.journalIsWritable = false
        _ = bodies.take(id)
        collapses.undo(id, replacing: replaced?.job.id)
        if let replaced { reinstate(replaced, at: now) }
        return isThere
    }

    /// A message as the queue has it, in the lane of its app.
    private mutating func job(
        _ message: Message,
        _ progress: MessageProgress,
        _ api: APIDescriptor,
        of app: AppPlace,
        at now: Instant
    ) -> Job {
        let lane = machine.lane(api, of: app, isDurable: true, at: now)
        let (retryClass, share) = (classes.index(message.retryClass), shares.share(of: message.client))
        return Job(message, progress, lane: lane, retryClass: retryClass, share: share)
    }

    // MARK: Attempts

    /// What an attempt takes along; without a body where it must not be made any more.
    struct Load: Sendable {
        let parcel: Parcel
        let api: APIDescriptor
        let runtime: AppRuntime
        /// Where it goes: scheme and authority.
        let origin: String
        let connectTimeout: Duration
    }

    mutating func load(_ lease: Lease, stored: StoredBody?) -> Load {
        let id = lease.job.id
        let parcel = machine.isInFlight(id) ? bodies.take(id) ?? stored.map(Parcel.init) : nil
        return Load(
            parcel: parcel ?? Parcel(body: [], trail: Trail()),
            api: machine.api(of: lease.gate),
            runtime: apps[lease.app],
            origin: machine.origin(of: lease),
            connectTimeout: settings.connectTimeout
        )
    }

    /// The start of a repeat was so long in being written down that it must not leave any more.
    mutating func endStale(_ id: JobID, at now: Moment) {
        guard let job = machine.endIfStale(id, at: now) else { return }
        conclude(job, as: .unknown, reason: DispatchState.tooLateToRepeat, at: now)
    }

    /// The token went away between decision and transmission: no byte left, and the journal is told so.
    mutating func putBack(_ lease: Lease, _ parcel: Parcel, at now: Moment) {
        refreshToken(of: lease.app, at: now)
        guard let job = machine.abandon(lease.job.id, lacksToken: true, at: now) else { return }
        bodies.keep(parcel, for: job.id)
        let settlement = Settlement(
            state: .pending,
            at: now.timestamp,
            countedAttempts: Int(job.countedAttempts),
            reason: Obstacle.Reason.noToken.rawValue
        )
        let waits = JournalWrite.conclude(job.id, settlement)
        guard job.marks.contains(.keyed), let end = endIfReplaced(job.id, at: now) else { return due.write([waits]) }
        due.write([waits, end.write], then: end.sequel)
    }

    /// An attempt can't be made, nor any other of its message.
    mutating func fail(_ lease: Lease, because reason: String, at now: Moment) {
        guard var job = machine.abandon(lease.job.id, at: now) else { return }
        _ = machine.cancel(job.id)
        // The attempt that is not made is none.
        if job.startedAttempts > 0 { job.startedAttempts -= 1 }
        conclude(job, as: .failed, reason: reason, at: now)
    }

    // MARK: Ends without an attempt

    static let tooLateToRepeat = "an attempt's outcome is unknown and a repeat is not safe any more"

    mutating func expire(_ job: Job, at now: Moment) {
        let reason = job.hasDoubt ? DispatchState.tooLateToRepeat : "not_after passed"
        conclude(job, as: job.honest(.expired), reason: reason, at: now)
    }

    /// A waiting message is taken out for good.
    ///
    /// - Returns: false where none waits.
    mutating func cancel(
        _ id: JobID,
        because reason: String,
        at now: Moment,
        completion: @escaping @Sendable (Result<Void, JournalError>) -> Void
    ) -> Bool {
        guard case .removed(let job) = machine.cancel(id) else { return false }
        conclude(job, as: .cancelled, reason: reason, at: now, completion: completion)
        return true
    }

    /// With an attempt behind it whose outcome nobody knows, `expired`, `cancelled` and `failed` would say more than is known.
    private mutating func conclude(
        _ job: Job,
        as wanted: JobState,
        reason: String,
        at now: Moment,
        completion: (@Sendable (Result<Void, JournalError>) -> Void)? = nil
    ) {
        let trail = bodies.take(job.id)?.trail
        let end = job.honest(wanted)
        var settlement = Settlement(
            state: end,
            at: now.timestamp,
            countedAttempts: Int(job.countedAttempts),
            reason: end == wanted ? reason : "\(reason); an attempt may have arrived"
        )
        settlement.awaitsReceipt = end == .unknown && followsReceipts(in: job.lane)
        if job.marks.contains(.keyed) { collapses.remove(job.id) }
        let unused = tellEnd(of: job, settlement, trail)
        due.write([.conclude(job.id, settlement)], then: .ended(watchers.take(job.id), completion, unused: unused))
    }

    /// A message has ended without an attempt of now.
    ///
    /// - Returns: what its client is given back once the journal has its end.
    mutating func tellEnd(of job: Job, _ settlement: Settlement, _ trail: Trail?) -> UnusedMessage? {
        var ended = MessageEnd(job, gate: machine.gateName(of: job.lane), settlement)
        ended.traceparent = trail?.traceparent ?? ""
        ended.client = trail?.client
        due.events.append(.messageEnded(ended))
        guard job.startedAttempts == 0, ended.source == .client else { return nil }
        return UnusedMessage(id: job.id, app: ended.gate.app, api: ended.gate.api, client: ended.client)
    }

    /// Whether a receipt may come of a message whose outcome nobody here knows.
    private func followsReceipts(in lane: LaneID) -> Bool {
        let gate = machine.gateName(of: lane)
        return machine.app(named: gate.app).map { apps[$0].followsReceipts(of: gate.api) } ?? false
    }

    // MARK: Messages that the journal has already

    /// An ended message that the journal has just set back to `pending` waits again; for its app, should that have left meanwhile.
    mutating func readmit(_ message: Message, _ progress: MessageProgress, _ api: APIDescriptor, at now: Moment) {
        let app = placeToWait(app: message.app, at: now)
        machine.restore(job(message, progress, api, of: app, at: now.instant), at: now)
        // A newer one is not replaced by what somebody wants to have sent again.
        if let mark = message.collapse, collapses.newest(of: mark) == nil { collapses.add(message.id, mark) }
    }

    /// Brings back one message of an earlier process. One of an app that is not configured waits for it.
    mutating func restore(_ restored: RestoredMessage, _ api: APIDescriptor, at now: Moment) {
        let (message, progress) = (restored.message, restored.progress)
        let app = placeToWait(app: message.app, at: now)
        var job = job(message, progress, api, of: app, at: now.instant)
        if progress.isInDoubt, api.repeatability.knowsRepeat(of: restored.doubtfulBody) {
            job.marks.insert(.deduplicated)
        }
        machine.noteInherited(message, progress)
        let recovery = machine.recover(job, at: now)
        if recovery == .waits, let mark = message.collapse { collapses.add(message.id, mark) }
        if let attemptAt = progress.attemptAt {
            interrupted(job, of: message.client, attemptAt, recovery, at: now)
        } else if recovery == .endsUnknown {
            conclude(job, as: .unknown, reason: DispatchState.tooLateToRepeat, at: now)
        }
    }

    /// The end of its process cut off an attempt: what becomes of its message.
    private mutating func interrupted(
        _ job: Job,
        of client: String,
        _ startedAt: Timestamp,
        _ recovery: DispatchMachine.Recovery,
        at now: Moment
    ) {
        let attempt = AttemptRecord(
            number: Int(job.startedAttempts),
            startedAt: startedAt,
            duration: .zero,
            outcome: .unknown,
            errmsg: "Weir stopped while the attempt was in flight"
        )
        var settlement = Settlement(
            state: recovery == .waits ? .pending : .unknown,
            at: now.timestamp,
            countedAttempts: Int(job.countedAttempts),
            reason: "interrupted by a restart"
        )
        settlement.awaitsReceipt = followsReceipts(in: job.lane)
        if recovery == .endsUnknown {
            var ended = MessageEnd(job, gate: machine.gateName(of: job.lane), settlement)
            ended.client = client
            due.events.append(.messageEnded(ended))
        }
        due.write([.settle(job.id, attempt, settlement)])
    }
}
