import Queueing
import Resilience
import Timekeeping
import WeChat
import WeirPorts

/// What is decided under the dispatcher's lock: by the machine, and beside it about calls, bodies and waiters, of which it knows nothing.
///
/// A value, which does nothing. What follows from a change is noted in `due`, and the dispatcher does it.
struct DispatchState: Sendable {
    var machine: DispatchMachine
    var apps = AppTable()
    var classes: RetryClassTable
    var shares: ShareTable
    var settings: DispatchSettings
    var generator: SplitMix64
    var calls: [JobID: QueuedCall] = [:]
    /// Relayed calls that wait, without those on their way.
    var room = WaitingRoom()
    var bodies = BodyStore(limit: DispatchState.bodyBytes)
    var watchers = EndWatchers()
    var collapses = CollapseIndex()
    /// Messages that had ended before the journal refused to take them, until the journal has answered to their end, too.
    var voided: Set<JobID> = []
    /// Of the present change, so that the start of its first attempt can ride in the same commit.
    var acceptance: Acceptance?
    var due = Consequences()
    /// Apps that left, for whoever keeps count of them.
    var departed: [DepartedApp] = []

    /// Bodies of waiting messages kept in memory at most; the others stay on disk.
    static let bodyBytes = 48 << 20

    init(_ settings: DispatchSettings, seed: UInt64) {
        classes = RetryClassTable(settings)
        shares = ShareTable(settings)
        machine = DispatchMachine(settings.policy(classes, shares))
        self.settings = settings
        generator = SplitMix64(seed: seed)
    }

    // MARK: Going on

    /// Starts what may start after a change, and notes what the ledger is to remember of it.
    mutating func proceed(at now: Moment) {
        let given = machine.judgeHanging(at: now, using: &generator)
        let actions = machine.pump(at: now)
        start(given.isEmpty ? actions : given + actions, at: now)
        for move in machine.takeTransitions() {
            due.events.append(.breakerMoved(move.transition, breaker: machine.name(move.breaker)))
        }
        due.events += machine.takeHostMoves().map(DispatchEvent.hostMoved)
        due.events += machine.takeStops(at: now).map(DispatchEvent.stopped)
        let writes = machine.takeLedgerWrites(at: now)
        if !writes.all.isEmpty { due.write(writes.all, then: .remembered(writes)) }
        releaseIdleApps(at: now)
        due.wake = machine.nextWake(at: now)
    }

    /// What follows from the change, but for the writes.
    mutating func takeDue() -> Consequences {
        let gates = machine.takeNewGates()
        if !gates.isEmpty { due.events.insert(contentsOf: gates.map { DispatchEvent.gateMade($0) }, at: 0) }
        defer { due = Consequences() }
        return due
    }

    private mutating func start(_ actions: [DispatchAction], at now: Moment) {
        var starts: [JournalWrite] = []
        var leases: [Lease] = []
        let new = acceptance?.message.id
        // Before all else that is written about it.
        acceptPending(actions)
        for action in actions {
            switch action {
            case .start(let lease) where lease.job.id == new: continue
            case .start(let lease) where lease.job.isDurable:
                starts.append(startWrite(lease))
                leases.append(lease)
            case .start(let lease):
                if lease.job.marks.contains(.ownProbe) { prepareQuestion(lease, at: now) }
                guard let departure = depart(lease) else { continue }
                due.effects.append(.transmit(lease, departure))
            case .giveUp(let id):
                if let signal = calls[id]?.cancelSignal { due.effects.append(.cancel(signal)) }
            case .refuse(let job, let obstacle):
                endCall(job.id, obstacle: obstacle)
            case .expire(let job, let obstacle):
                if job.isDurable {
                    expire(job, at: now)
                } else {
                    refused(by: obstacle, in: job.lane)
                    endCall(job.id, obstacle: obstacle)
                }
            }
        }
        if !starts.isEmpty { due.write(starts, then: .started(leases)) }
    }

    func startWrite(_ lease: Lease) -> JournalWrite {
        .start(
            lease.job.id,
            number: lease.number,
            at: lease.startedAt.timestamp,
            needsBody: !bodies.contains(lease.job.id)
        )
    }

    // MARK: What comes back

    /// An attempt has ended: what the machine makes of it, and with it of its message or call. `nil` for one that is no longer known.
    ///
    /// - Parameter suppression: what its answer says of later messages.
    mutating func complete(
        _ attempt: Attempt,
        _ classification: Classification,
        _ result: Result<UpstreamReply, TransportFailure>,
        _ suppression: Suppression?,
        at now: Moment
    ) -> AttemptResult? {
        let (lease, id) = (attempt.lease, attempt.lease.job.id)
        var evidence = attempt.evidence(classification, result, calls[id]?.call)
        evidence.isOutdated = attempt.runtime.keeper !== apps[lease.app].keeper
        guard
            let done = machine.complete(id, with: classification, evidence: evidence, at: now, using: &generator)
        else { return nil }
        if let transition = done.transition {
            due.events.append(.breakerMoved(transition, breaker: machine.name(lease.breaker)))
        }
        if done.classification.outcome == .tokenRejected, let token = attempt.token {
            rejected(token, of: lease.app, at: now)
        }
        // Said of another account's recipients.
        let suppression = evidence.isOutdated ? nil : suppression
        if done.job.isDurable {
            settle(done, attempt, suppression, at: now)
        } else {
            if let suppression { due.write([.suppress(suppression)]) }
            answer(done, attempt, result, at: now)
        }
        return done
    }

    private mutating func settle(
        _ done: AttemptResult,
        _ attempt: Attempt,
        _ suppression: Suppression?,
        at now: Moment
    ) {
        var settlement = Settlement(done, done.classification, at: now.timestamp)
        if settlement.state == .sent || done.job.marks.contains(.ambiguous) {
            settlement.awaitsReceipt = attempt.runtime.followsReceipts(of: attempt.api.label)
        }
        let record = AttemptRecord(done, settlement, took: now.instant - done.lease.startedAt.instant)
        let id = done.job.id
        var sequel = Consequences.Sequel.nothing
        let isKeyed = done.job.marks.contains(.keyed)
        if settlement.state.isTerminal {
            if isKeyed { collapses.remove(id) }
            let watching = watchers.take(id)
            if !watching.isEmpty { sequel = .ended(watching, nil) }
            var end = MessageEnd(done.job, gate: attempt.gate, settlement, errcode: record.errcode)
            end.traceparent = attempt.trail.traceparent
            end.client = attempt.trail.client
            end.last = MessageEnd.Attempt(
                number: record.number,
                outcome: record.outcome,
                errcode: record.errcode,
                rid: record.rid,
                trace: attempt.trace
            )
            due.events.append(.messageEnded(end))
        } else if let body = attempt.body {
            bodies.keep(Parcel(body: body, trail: attempt.trailAfterwards(at: now.timestamp)), for: id)
        }
        let settle = JournalWrite.settle(id, record, settlement)
        var writes = suppression.map { [settle, .suppress($0)] } ?? [settle]
        if isKeyed, !settlement.state.isTerminal, let end = endIfReplaced(id, at: now) {
            writes.append(end.write)
            sequel = end.sequel
        }
        due.write(writes, then: sequel)
    }

    private mutating func answer(
        _ done: AttemptResult,
        _ attempt: Attempt,
        _ result: Result<UpstreamReply, TransportFailure>,
        at now: Moment
    ) {
        var last = LastAttempt(classification: done.classification, token: attempt.token)
        if attempt.token != nil { last.keeper = attempt.runtime.keeper }
        switch result {
        case .success(let reply): last.reply = reply
        case .failure(let failure):
            last.failure = failure
            last.mayHaveArrived = failure.bytesLeft
        }
        last.isAmbiguous = done.job.marks.contains(.ambiguous)
        last.number = attempt.lease.number
        last.endedAt = now.instant
        last.inFlight = now.instant - attempt.lease.startedAt.instant
        if attempt.lease.number > 1, let earlier = calls[done.job.id]?.last {
            last.inFlight += earlier.inFlight
            last.mayHaveArrived = last.mayHaveArrived || earlier.mayHaveArrived
        }
        guard case .ended = done.disposition else {
            calls[done.job.id]?.last = last
            calls[done.job.id]?.trail = attempt.trailAfterwards(at: now.timestamp)
            waitAgain(done.job.id)
            return
        }
        end(done.job.id) { _ in .attempted(last) }
    }
}

extension Attempt {
    /// What the machine should know of it beyond its classification.
    ///
    /// - Parameter call: the call that it was made for.
    fileprivate func evidence(
        _ classification: Classification,
        _ result: Result<UpstreamReply, TransportFailure>,
        _ call: RelayCall?
    ) -> AttemptEvidence {
        var evidence = AttemptEvidence(path: call?.path, usedToken: token != nil)
        if case .failure(let failure) = result { evidence.failure = failure.kind }
        evidence.concernsApp = concernsApp
        evidence.isBodyIncomplete = progress.map { !$0.isComplete } ?? false
        // Both cost a look at the whole body, so only where something hangs on it.
        if classification.outcome == .unknown, let body {
            evidence.isRepeatKnown = api.repeatability.knowsRepeat(of: body)
        }
        if classification.outcome == .tokenRejected || classification.outcome == .account {
            let target = call.map { $0.targetPrefix + $0.targetSuffix } ?? api.label
            evidence.fingerprint = CallFingerprint.make(target: target, body: body ?? call?.body ?? [])
        }
        return evidence
    }
}
