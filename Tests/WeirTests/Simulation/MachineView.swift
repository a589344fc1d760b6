import Resilience
import Synchronization
import Timekeeping
import WeChat

@testable import DispatchCore
@testable import Dispatching
@testable import Queueing
@testable import Weir

/// What the checks look at: the one place that knows how the dispatch machine keeps its things. Each thing is worked out when it is
/// first asked for: most looks ask for few.
final class MachineView {
    struct Attempt {
        struct Key: Hashable {
            var id: JobID
            var number: Int
        }

        var id: JobID
        var number: Int
        var key: Key { Key(id: id, number: number) }
        /// The gate's number.
        var gate: UInt64
        var breaker: BreakerID
        var isDurable: Bool
        var isProbe: Bool
        /// A message of Weir's own, about alerts.
        var isAlert: Bool
        var startedAt: Instant
        /// What the bucket had granted with it.
        var mark: UInt64
        var lane: LaneID
        var priority: Priority
        /// How long it had been ready when it was started.
        var readyFor: Duration
    }

    struct Gate {
        var id: GateID
        var number: UInt64
        var bucket: TokenBucket
        /// As it is configured, whatever WeChat's "too fast" has left of it.
        var limit: RateLimit
    }

    /// A lane in which work waits that is ready to go.
    struct Waiting {
        var id: LaneID
        /// The one that is next: its own priority, and for how long the oldest of that priority has been ready.
        var head: (priority: Priority, readyFor: Duration)?
        var count: Int
        /// What keeps it from leaving; `nil`: nothing.
        var obstacle: Obstacle?
    }

    let now: Moment
    /// A copy: what is tried out here changes nothing.
    private let machine: DispatchMachine

    init(_ dispatcher: Dispatcher, at now: Moment) {
        self.now = now
        machine = dispatcher.state.withLock { $0.machine }
    }

    private(set) lazy var attempts: [Attempt] = machine.leases.values.map { lease in
        Attempt(
            id: lease.job.id,
            number: lease.number,
            gate: lease.gateNumber,
            breaker: lease.breaker,
            isDurable: lease.job.isDurable,
            isProbe: lease.permits.permit.isProbe,
            isAlert: lease.job.isDurable && lease.job.promise == .none,
            startedAt: lease.startedAt.instant,
            mark: lease.permits.mark,
            lane: lease.job.lane,
            priority: lease.job.priority,
            readyFor: lease.readyFor
        )
    }

    private(set) lazy var attemptsByGate = Dictionary(grouping: attempts, by: \.gate)

    private(set) lazy var gates: [Gate] = machine.gates.taken.map { id in
        Gate(
            id: id,
            number: machine.gates[id].number,
            bucket: machine.gates[id].bucket,
            limit: machine.gates[id].slowdown?.full ?? machine.gates[id].bucket.limit
        )
    }

    private(set) lazy var breakers: [BreakerID: CircuitBreakerMachine] = Dictionary(
        uniqueKeysWithValues: machine.breakers.taken.map { ($0, machine.breakers[$0].circuit) }
    )

    /// Those that stand before a lane. An app that left takes its own along.
    private(set) lazy var breakersInUse = Set(machine.breakers.taken.filter { machine.breakers[$0].isInUse })

    /// Those that their breakers have counted as slow while they hang.
    private(set) lazy var overdueAttempts = Set(machine.leases.values.filter(\.isOverdue).map(\.job.id))

    private(set) lazy var waiting: [Waiting] = {
        let steady = machine.clock.present(now).steady
        return machine.queue.readyLanes.map { lane in
            Waiting(
                id: lane,
                head: machine.queue.head(of: lane, at: steady)
                    .flatMap { head in
                        machine.queue.job(head.id).map { ($0.priority, steady - head.levelSince) }
                    },
                count: machine.queue.counts(in: lane).ready,
                obstacle: MachineView.obstacle(of: lane, in: machine, at: now)
            )
        }
    }()

    /// For how long the oldest ready job of a lane and priority has been ready.
    func oldest(of priority: Priority, in lane: LaneID) -> Duration? {
        let steady = machine.clock.present(now).steady
        return machine.queue.next(in: lane, of: priority, at: steady).map { steady - $0.head.levelSince }
    }

    /// Attempts by breaker and kind, as the machine has counted them on.
    var countedShares: [GroupID: Int] { MachineView.countedShares(in: machine) }
    var countedDurable: Int { machine.durableInFlight }
    /// Messages that are due and not done, as the ledger of ages has them and as the queue counts them.
    var ages: (ledger: Int, queue: Int) { MachineView.ages(in: machine) }
    /// What the ledger of ages says of the oldest of them, by app and priority, and what the jobs say.
    var oldest: (ledger: [String: Timestamp], jobs: [String: Timestamp]) { MachineView.oldest(in: machine) }
    /// Messages that wait in doubt, and how long ago their first attempts were.
    var doubts: [JobID: Duration] {
        let steady = machine.clock.present(now).steady
        return machine.queue.jobs.reduce(into: [:]) { doubts, entry in
            guard entry.job.isDurable, entry.job.isInDoubt, machine.leases[entry.job.id] == nil else { return }
            doubts[entry.job.id] = entry.job.firstAttemptAt.map { steady - $0 }
        }
    }
    /// When the machine wants to look next, and when the next of its waiting work is due or expires.
    var nextWake: Instant? { machine.nextWake(at: now) }

    /// What a look at this instant would do. Whoever sleeps is woken for it: one that ought to be awake shows by what it does.
    var overdue: [String] {
        var machine = machine
        machine.wakeAll(at: machine.read(now))
        let actions = machine.pump(at: now)
        let asked = Set(actions.compactMap(breakerAskedEarly))
        return actions.filter { !follows($0, from: asked) }.map(MachineView.describe)
    }

    /// The breaker behind which Weir would ask its own question, although more than the breaker stands before the alerts that want it, such
    /// as a limiter: it may wait until nothing else does, as they could not go themselves.
    private func breakerAskedEarly(_ action: DispatchAction) -> BreakerID? {
        guard case .start(let lease) = action, lease.job.marks.contains(.ownProbe) else { return nil }
        let isEarly = machine.breakers[lease.breaker].gates.allSatisfy { gate in
            let lane = gate.lane(isDurable: true)
            guard machine.queue.counts(in: lane).ready > 0 else { return true }
            return machine.obstacle(of: lane, at: now).map { $0.reason != .breakerOpen } ?? false
        }
        return isEarly ? lease.breaker : nil
    }

    /// Whether an action is such a question, or tells a call of the wait for its answer.
    private func follows(_ action: DispatchAction, from asked: Set<BreakerID>) -> Bool {
        switch action {
        case .start(let lease): lease.job.marks.contains(.ownProbe) && asked.contains(lease.breaker)
        case .refuse(let job, let obstacle):
            obstacle.reason == .breakerOpen && asked.contains(machine.gates[job.lane.gate].breaker)
        case .expire, .giveUp: false
        }
    }

    func name(_ gate: GateID) -> GateName { machine.name(gate) }

    func name(_ lane: LaneID) -> String {
        let gate = machine.gateName(of: lane)
        return "\(gate.app) \(gate.api) \(lane.isDurable ? "messages" : "calls")"
    }

    /// What the attempts in flight add up to, as `countedShares` has it.
    var shares: [GroupID: Int] {
        attempts.reduce(into: [:]) { $0[$1.breaker.group(isDurable: $1.isDurable), default: 0] += 1 }
    }

    private static func countedShares(in machine: DispatchMachine) -> [GroupID: Int] {
        machine.breakers.taken.reduce(into: [:]) { shares, breaker in
            for isDurable in [false, true] {
                let count = machine.breakers[breaker].inFlight(isDurable: isDurable)
                if count != 0 { shares[breaker.group(isDurable: isDurable)] = count }
            }
        }
    }

    /// Of several things that block a lane the outermost is told; the lane waits for all of them.
    private static func obstacle(of lane: LaneID, in machine: DispatchMachine, at now: Moment) -> Obstacle? {
        // One that is awake and finds no place is looked at when there is one: what else it waits for it learns then.
        let priority = Priority.allCases.first { machine.queue.counts(in: lane, of: $0).ready > 0 } ?? .normal
        if machine.queue.isOpen(lane), let reason = machine.placeBlock(isDurable: lane.isDurable, priority) {
            return Obstacle(reason)
        }
        guard var obstacle = machine.obstacle(of: lane, at: now), let until = obstacle.until else {
            return machine.obstacle(of: lane, at: now)
        }
        let (gate, present) = (lane.gate, machine.clock.present(now))
        let blocks = [
            machine.appBlock(gate, at: present),
            machine.gateBlock(gate, isDurable: lane.isDurable, at: present),
            machine.breakerBlock(machine.gates[gate].breaker, at: present),
        ]
        let ends = blocks.compactMap { $0 }.map(\.until)
        guard !ends.contains(nil) else {
            obstacle.until = nil
            return obstacle
        }
        obstacle.until = ends.compactMap { $0 }.map { now.timestamp + ($0 - now.instant) }.reduce(until, max)
        return obstacle
    }

    private static func ages(in machine: DispatchMachine) -> (ledger: Int, queue: Int) {
        var (ledger, queue) = (0, 0)
        for lane in machine.gates.taken.map({ $0.lane(isDurable: true) }) {
            let counts = machine.queue.counts(in: lane)
            queue += counts.ready + counts.retrying + counts.inFlight
            ledger += Priority.allCases.reduce(0) { $0 + machine.queue.dueCount(in: lane, of: $1) }
        }
        let alerts = machine.queue.jobs.count { $0.job.isDurable && $0.job.promise == .none && $0.isDue }
        return (ledger, queue - alerts)
    }

    private static func oldest(
        in machine: DispatchMachine
    ) -> (ledger: [String: Timestamp], jobs: [String: Timestamp]) {
        var (ledger, jobs) = ([String: Timestamp](), [String: Timestamp]())
        for load in machine.loads { ledger["\(load.app) \(load.priority)"] = load.oldestUnsent }
        for (job, isDue) in machine.queue.jobs where isDue && job.promise != .none {
            let key = "\(machine.gateName(of: job.lane).app) \(job.priority)"
            let since = machine.clock.wall(job.acceptedAt)
            jobs[key] = min(jobs[key] ?? since, since)
        }
        return (ledger, jobs)
    }

    private static func describe(_ action: DispatchAction) -> String {
        switch action {
        case .start(let lease): "start \(lease.job.id)"
        case .expire(let job, _): "expire \(job.id)"
        case .refuse(let job, let obstacle): "refuse \(job.id) because of \(obstacle.reason)"
        case .giveUp(let id): "give up \(id)"
        }
    }
}

extension QueueMachine {
    /// All jobs, and whether their own time has come.
    fileprivate var jobs: [(job: Job, isDue: Bool)] {
        slots.filter { $0.state != .free }.map { ($0.job, $0.isDue) }
    }
}
