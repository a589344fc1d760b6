import Queueing
import Synchronization
import Timekeeping
import WeChat
package import WeirPorts

/// Messages that the journal has already.
extension Dispatcher {
    /// An ended message that the journal has just set back to `pending` waits again; for its app, should that have left meanwhile.
    package func readmit(_ message: Message, _ progress: MessageProgress) {
        let api = message.type.descriptor
        update { state, now in
            let app = state.placeToWait(app: message.app, at: now)
            state.machine.restore(state.job(message, progress, api, of: app, at: now.instant), at: now)
        }
    }

    /// Brings back one message of an earlier process. Nothing is started yet: `look` does that once all are back. One of an app that
    /// is not configured waits for it.
    package func restore(_ restored: RestoredMessage) {
        let (message, progress) = (restored.message, restored.progress)
        let api = message.type.descriptor
        prepare { state, now in
            let app = state.placeToWait(app: message.app, at: now)
            var job = state.job(message, progress, api, of: app, at: now.instant)
            if progress.isInDoubt, api.repeatability.knowsRepeat(of: restored.doubtfulBody) {
                job.marks.insert(.deduplicated)
            }
            let recovery = state.machine.recover(job, at: now)
            if let attemptAt = progress.attemptAt {
                interrupted(job, attemptAt, recovery, in: &state, at: now)
            } else if recovery == .endsUnknown {
                conclude(job, as: .unknown, reason: Dispatcher.tooLateToRepeat, in: &state, at: now)
            }
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
