import Queueing
import Synchronization
import Timekeeping
import WeChat

/// Messages that the journal has already.
extension Dispatcher {
    /// An ended message that the journal has just set back to `pending` waits again.
    func readmit(_ message: Message, _ progress: MessageProgress) {
        let api = message.type.descriptor
        update { state, now in
            guard let job = state.job(message, progress, api: api, at: now.instant) else { return }
            state.machine.restore(job, at: now)
        }
    }

    /// Brings back one message of an earlier process. Nothing is started yet: `look` does that once all are back.
    ///
    /// - Returns: false when there is no app of its name: it stays in the journal alone.
    func restore(_ restored: RestoredMessage) -> Bool {
        let (message, progress) = (restored.message, restored.progress)
        let api = message.type.descriptor
        return prepare { state, now in
            guard var job = state.job(message, progress, api: api, at: now.instant) else {
                return false
            }
            if progress.isInDoubt, api.repeatability.knowsRepeat(of: restored.doubtfulBody) {
                job.marks.insert(.deduplicated)
            }
            let recovery = state.machine.recover(job, at: now)
            if let attemptAt = progress.attemptAt {
                interrupted(job, attemptAt, recovery, in: &state, at: now)
            } else if recovery == .endsUnknown {
                conclude(job, as: .unknown, reason: Dispatcher.tooLateToRepeat, in: &state, at: now)
            }
            return true
        }
    }

    /// Tells the journal of an attempt that the end of its process cut off, and what becomes of its message.
    private func interrupted(
        _ job: Job,
        _ startedAt: Timestamp,
        _ recovery: DispatchMachine.Recovery,
        in state: inout State,
        at now: Moment
    ) {
        let attempt = AttemptRecord(
            number: Int(job.startedAttempts),
            startedAt: startedAt,
            duration: .zero,
            outcome: .unknown,
            errmsg: "Weir stopped while the attempt was in flight"
        )
        let settlement = Settlement(
            state: recovery == .waits ? .pending : .unknown,
            at: now.timestamp,
            countedAttempts: Int(job.countedAttempts),
            reason: "interrupted by a restart"
        )
        if recovery == .endsUnknown {
            state.events.append(.messageEnded(MessageEnd(job, gate: state.gateName(of: job.lane), settlement)))
        }
        journal.append([.settle(job.id, attempt, settlement)]) { _ in }
    }
}
