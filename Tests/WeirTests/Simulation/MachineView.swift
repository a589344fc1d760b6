import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

@testable import Dispatching
@testable import Weir

/// What the checks look at: the one place that knows how the dispatch machine keeps its things.
struct MachineView {
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
        var breaker: Int
        var isDurable: Bool
        var isProbe: Bool
        var startedAt: Instant
        /// What the bucket had granted with it.
        var mark: UInt64
        var lane: LaneID
        var priority: Priority
        /// How long it had been ready when it was started.
        var readyFor: Duration
    }

    struct Gate {
        var number: UInt64
        var app: String
        var api: String
        var bucket: TokenBucket
    }

    /// A lane in which work waits that is ready to go.
    struct Waiting {
        var id: LaneID
        var lane: String
        /// The one that is next: its own priority, and for how long it has been ready.
        var head: (priority: Priority, readyFor: Duration)?
        var count: Int
        /// What keeps it from leaving; `nil`: nothing.
        var obstacle: Obstacle?
    }

    let now: Moment
    let attempts: [Attempt]
    let gates: [Gate]
    let breakers: [CircuitBreakerMachine]
    /// Those that stand before a lane. An app that left takes its own along.
    let breakersInUse: Set<Int>
    /// Those that their breakers have counted as slow while they hang.
    let overdueAttempts: Set<JobID>
    let waiting: [Waiting]
    /// Attempts by breaker and kind, as the machine has counted them on.
    let countedShares: [Int]
    let countedDurable: Int
    /// When the machine wants to look next, and when the next of its waiting work is due or expires.
    let nextWake: Instant?
    /// What a look at this instant would do.
    let overdue: [String]

    init(_ dispatcher: Dispatcher, at now: Moment) {
        self.now = now
        // A copy: what is tried out here changes nothing.
        var machine = dispatcher.state.withLock { $0.machine }
        let steady = machine.clock.present(now).steady
        attempts = machine.leases.values.map { lease in
            Attempt(
                id: lease.job.id,
                number: lease.number,
                gate: lease.gateNumber,
                breaker: lease.breaker,
                isDurable: lease.job.isDurable,
                isProbe: lease.permits.permit.isProbe,
                startedAt: lease.startedAt.instant,
                mark: lease.permits.mark,
                lane: lease.job.lane,
                priority: lease.job.priority,
                readyFor: lease.readyFor
            )
        }
        gates = machine.gates.filter { !$0.isVacant }
            .map { Gate(number: $0.number, app: machine.apps[$0.app].name, api: $0.api.label, bucket: $0.bucket) }
        breakersInUse = Set(machine.breakers.indices.filter(machine.isInUse))
        breakers = machine.breakers
        overdueAttempts = Set(machine.leases.values.filter(\.isOverdue).map(\.job.id))
        waiting = machine.queue.readyLanes.map { lane in
            Waiting(
                id: lane,
                lane: MachineView.name(lane, in: machine),
                head: machine.queue.head(of: lane, at: steady)
                    .flatMap { head in
                        machine.queue.job(head.id).map { ($0.priority, steady - head.readySince) }
                    },
                count: machine.queue.counts(in: lane).ready,
                obstacle: MachineView.obstacle(of: lane, in: machine, at: now)
            )
        }
        countedShares = machine.inFlightByShare
        countedDurable = machine.durableInFlight
        nextWake = machine.nextWake(at: now)
        // Whoever sleeps is woken on the copy: one that ought to be awake shows by what it does.
        machine.wakeAll(at: machine.read(now))
        overdue = machine.pump(at: now).map(MachineView.describe)
    }

    /// What the attempts in flight add up to, in the order of `countedShares`.
    var shares: [Int] {
        var shares = [Int](repeating: 0, count: countedShares.count)
        for attempt in attempts { shares[attempt.breaker * 2 + (attempt.isDurable ? 1 : 0)] += 1 }
        return shares
    }

    /// Of several things that block a lane the outermost is told; the lane waits for all of them.
    private static func obstacle(of lane: LaneID, in machine: DispatchMachine, at now: Moment) -> Obstacle? {
        guard var obstacle = machine.obstacle(of: lane, at: now), let until = obstacle.until else {
            return machine.obstacle(of: lane, at: now)
        }
        let (gate, present) = (machine.gate(of: lane), machine.clock.present(now))
        let blocks = [
            machine.appBlock(gate: gate, at: present),
            machine.gateBlock(gate, isDurable: DispatchMachine.isDurable(lane), at: present),
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

    private static func name(_ lane: LaneID, in machine: DispatchMachine) -> String {
        let gate = machine.gates[machine.gate(of: lane)]
        let kind = DispatchMachine.isDurable(lane) ? "messages" : "calls"
        return "\(machine.apps[gate.app].name) \(gate.api.label) \(kind)"
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
