import GatewaySupport
import Queueing
import Resilience
import Settings
import TestSupport
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore

/// A dispatch machine with a clock and chance of its own.
struct MachineHarness {
    static let asynchronous: UInt8 = 0
    static let available: UInt8 = 1
    static let consistent: UInt8 = 2
    static let noon = Timestamp.noon

    var machine: DispatchMachine
    var now: Moment
    var generator: SplitMix64
    /// What the journal's ledger has.
    var ledger: [String: LedgerEntry] = [:]
    private var ids: UInt64 = 0

    init(at timestamp: Timestamp = noon, seed: UInt64 = 1, _ change: (inout DispatchPolicy) -> Void = { _ in }) {
        var policy = DispatchPolicy()
        policy.retryClasses = [.asynchronous, .available, .consistent]
        change(&policy)
        machine = DispatchMachine(policy)
        now = Moment(instant: .zero, timestamp: timestamp)
        generator = SplitMix64(seed: seed)
        _ = machine.addApp("main", needsToken: false, at: now.instant)
    }

    mutating func advance(_ duration: Duration) {
        now.instant = now.instant + duration
        now.timestamp = now.timestamp + duration
    }

    mutating func lane(
        _ path: String = Path.template,
        app: AppPlace = 0,
        isDurable: Bool = true,
        limit: RateLimit = .wide
    ) -> LaneID {
        machine.apps[app].route.limits = AppLimits(others: limit)
        let api = APICatalog.descriptor(method: "POST", path: path)
        return machine.lane(api, of: app, isDurable: isDurable, at: now.instant)
    }

    /// Submits a job and looks at nothing.
    @discardableResult
    mutating func submit(
        _ lane: LaneID,
        _ priority: Priority = .normal,
        retryClass: UInt8 = available,
        lifetime: Duration? = nil,
        marks: JobFlags = [.deduplicated]
    ) -> JobID {
        ids += 1
        let isDurable = lane.isDurable
        var job = Job(
            id: JobID(rawValue: ids),
            lane: lane,
            priority: priority,
            isDurable: isDurable,
            acceptedAt: now.timestamp
        )
        job.retryClass = retryClass
        job.expiresAt = lifetime.map { now.timestamp + $0 }
        job.marks = marks
        _ = machine.submit(job, at: now)
        return job.id
    }

    mutating func pump() -> [DispatchAction] {
        machine.judgeHanging(at: now, using: &generator) + machine.pump(at: now)
    }

    /// The jobs that a look at the queue starts, in order.
    ///
    /// - Parameter areSent: whether they are handed to the transport at once.
    mutating func starts(areSent: Bool = true) -> [JobID] {
        leases(areSent: areSent).map(\.job.id)
    }

    /// The attempts that a look at the queue starts, in order.
    mutating func leases(areSent: Bool = true) -> [Lease] {
        let leases = pump().compactMap { if case .start(let lease) = $0 { lease } else { nil } }
        if areSent { for lease in leases { machine.leaves(lease, at: now.instant) } }
        return leases
    }

    @discardableResult
    mutating func finish(_ id: JobID, _ result: Classification, after duration: Duration = .zero) -> AttemptResult? {
        advance(duration)
        return machine.complete(id, with: result, at: now, using: &generator)
    }

    /// One message is submitted, sent and answered.
    @discardableResult
    mutating func send(
        _ lane: LaneID,
        _ result: Classification,
        after duration: Duration = .zero,
        marks: JobFlags = [.deduplicated],
        retryClass: UInt8 = available
    ) -> AttemptResult? {
        let id = submit(lane, retryClass: retryClass, marks: marks)
        guard starts().contains(id) else { return nil }
        return finish(id, result, after: duration)
    }

    /// Permits left in the bucket of a lane.
    func available(_ lane: LaneID) -> Int {
        machine.gates[lane.gate].bucket.available(at: now.instant)
    }

    func breaker(_ lane: LaneID) -> CircuitBreakerMachine {
        machine.breakers[machine.gates[lane.gate].breaker].circuit
    }

    /// Opens the breaker of a lane by failures.
    mutating func breakBreaker(_ lane: LaneID) {
        var count = 0
        while breaker(lane).state == .closed, count < 100 {
            send(lane, .unsent, retryClass: MachineHarness.asynchronous)
            count += 1
        }
    }
}

extension AppRoute {
    static let wide = AppRoute(hosts: ["https://api.weixin.qq.com"], limits: AppLimits(others: .wide))
}

extension AppPlace: ExpressibleByIntegerLiteral {
    public init(integerLiteral index: Int) { self.init(index: index) }
}

extension GateID: ExpressibleByIntegerLiteral {
    public init(integerLiteral index: Int) { self.init(index: index) }
}

extension BreakerID: ExpressibleByIntegerLiteral {
    public init(integerLiteral index: Int) { self.init(index: index) }
}

extension DispatchMachine {
    mutating func addApp(_ name: String, needsToken: Bool = true, at now: Instant) -> AppPlace {
        addApp(name, .wide, needsToken: needsToken, at: now)
    }

    mutating func dismiss(app: AppPlace, at now: Moment) {
        dismiss(app: app, route: .wide, at: now)
    }

    mutating func setPaused(_ isPaused: Bool, app: AppPlace, at now: Moment) {
        setPaused(isPaused, app: app, because: Cause("a test", since: MachineHarness.noon), at: now)
    }

    mutating func force(_ mode: BreakerMode, breaker: BreakerID, at now: Moment) -> BreakerTransition? {
        force(
            mode,
            breaker: breaker,
            because: "a test",
            at: Moment(instant: now.instant, timestamp: MachineHarness.noon)
        )
    }
}
