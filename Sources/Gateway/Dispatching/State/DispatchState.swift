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
    var settings: DispatchSettings
    var generator: SplitMix64
    var calls: [JobID: QueuedCall] = [:]
    /// Relayed calls that wait, without those on their way.
    var room = WaitingRoom()
    var bodies = BodyStore(limit: DispatchState.bodyBytes)
    var watchers = EndWatchers()
    /// Of the present change, so that the start of its first attempt can ride in the same commit.
    var acceptance: Acceptance?
    var due = Consequences()
    /// Apps that left, for whoever keeps count of them.
    var departed: [DepartedApp] = []

    /// Bodies of waiting messages kept in memory at most; the others stay on disk.
    static let bodyBytes = 64 << 20

    init(_ settings: DispatchSettings, seed: UInt64) {
        classes = RetryClassTable(settings)
        machine = DispatchMachine(settings.policy(classes))
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
                guard let departure = depart(lease.job.id) else { continue }
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
}
