import Queueing
import Timekeeping
import WeirPorts

/// An older message that a new one replaces, out of the queue until the journal has both facts or neither.
final class Replacement: Sendable {
    let job: Job
    /// The new message's.
    let successor: JobID
    let at: Moment

    init(_ job: Job, by successor: JobID, at: Moment) {
        (self.job, self.successor, self.at) = (job, successor, at)
    }

    var write: JournalWrite { .collapse(job.id, into: successor, at: at.timestamp) }

    var settlement: Settlement {
        var settlement = Settlement(
            state: .cancelled,
            at: at.timestamp,
            countedAttempts: Int(job.countedAttempts),
            reason: Settlement.collapsed
        )
        settlement.collapsedInto = successor
        return settlement
    }
}

/// A newer message with the same `collapse_key` ends an older one that waits.
extension DispatchState {
    /// Takes out of the queue what a new message replaces. One that is on its way, or that may have arrived, stays: `endIfReplaced` looks
    /// at it when it would wait again.
    mutating func replaced(by new: Message, at now: Moment) -> Replacement? {
        guard let mark = new.collapse, let old = collapses.newest(of: mark), let job = machine.job(old),
            !job.hasDoubt, case .removed(let job) = machine.cancel(old)
        else { return nil }
        return Replacement(job, by: new.id, at: now)
    }

    /// The new message was not taken: the old one waits as before.
    mutating func reinstate(_ replaced: Replacement, at now: Moment) {
        machine.reinstate(replaced.job, at: now)
    }

    /// The journal has the new message, and the end of the old one: returns whoever waits for that. One that could not be replaced ends
    /// now, if it waits by now.
    mutating func finish(
        _ collapsing: Consequences.Collapsing,
        of id: JobID,
        at now: Moment
    ) -> [@Sendable () -> Void] {
        guard let replaced = collapsing.replaced else {
            if let previous = collapses.confirm(id), let end = endIfReplaced(previous, at: now) {
                due.write([end.write], then: end.sequel)
            }
            return []
        }
        let job = replaced.job
        collapses.remove(job.id)
        if let unused = tellEnd(of: job, replaced.settlement, bodies.take(job.id)?.trail) {
            due.effects.append(.unused(unused))
        }
        return watchers.take(job.id)
    }

    /// The start of an attempt could not be written down.
    mutating func putBack(_ lease: Lease, at now: Moment) {
        let id = lease.job.id
        _ = machine.abandon(id, at: now)
        guard lease.job.marks.contains(.keyed), let end = endIfReplaced(id, at: now) else { return }
        due.write([end.write], then: end.sequel)
    }

    /// An attempt has left a message waiting. If a newer one was accepted meanwhile, it has ended: what is to be written with what the
    /// attempt came to, in one commit. Else a crash between the two would let it be sent.
    mutating func endIfReplaced(
        _ id: JobID,
        at now: Moment
    ) -> (write: JournalWrite, sequel: Consequences.Sequel)? {
        guard let successor = collapses.successor(of: id), let job = machine.job(id), !job.hasDoubt,
            case .removed(let job) = machine.cancel(id)
        else { return nil }
        let settlement = Replacement(job, by: successor, at: now).settlement
        collapses.remove(id)
        let unused = tellEnd(of: job, settlement, bodies.take(id)?.trail)
        return (.conclude(id, settlement), .ended(watchers.take(id), nil, unused: unused))
    }
}
