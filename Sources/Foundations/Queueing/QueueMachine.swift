public import Timekeeping

/// The one queue: whatever has to wait, for a permit, a probe, a retry time or midnight, waits here.
///
/// A value that is told the time and does nothing by itself. It holds a lane per app and api; in a lane the order among ready
/// jobs is priority, with ageing; inside a priority those who share it (`ShareID`) take turns by weight, and what one of them has goes
/// first come, first served. A job is `ready`, `scheduled` (its time has
/// not come, or that of its next attempt) or `inFlight` (leased); only the first two wait, can be cancelled and can expire.
///
/// Every input that takes the time first lets due jobs become ready and takes out expired ones; the latter are kept for the
/// next `advance`, which the owner calls when `nextTimer` has come. All inputs cost O(1), those that touch a timer O(log n).
/// Memory is used again but not given back: about 150 bytes for each job of the greatest depth so far.
public struct QueueMachine: Sendable {
    /// Timers that an input other than `advance` handles at most, which bounds how long it takes.
    static let timersPerInput = 1024

    struct Level: Sendable {
        var line = ShareLine()
        var counts = QueueCounts()
        var ages = AgeLedger()
    }

    struct Lane: Sendable {
        var ready = 0
        /// Whose blocks it shares; `nil` for nobody's: then `first` passes it over.
        var group: GroupID?
        /// Whether its jobs take part in `first`.
        var isOpen = true
        /// Whether those of the lower two priorities do, too.
        var isLowerOpen = true
        /// How long after their first attempts its bounded jobs may wait; `nil`: for ever.
        var bound: Duration?

        func isOpen(to priority: Priority) -> Bool { isOpen && (isLowerOpen || priority <= .high) }
    }

    /// The bounds and the ageing in force.
    public private(set) var policy: QueuePolicy
    /// All jobs, waiting and in flight.
    public internal(set) var count = 0
    /// Those of them that count against the capacity.
    public internal(set) var durableCount = 0

    var clock = AgeClock()
    private(set) var ageing: Ageing
    /// Of each priority, in milliseconds.
    private(set) var promised: [Int64]
    /// The time that was told last.
    var present = Timestamp(milliseconds: .min)
    var slots: [Slot] = []
    var links: [SlotList.Links] = []
    var firstFree = SlotList.none
    var index = SlotIndex()
    var timers = IndexedHeap()
    /// By lane, and in it by priority.
    var levels: [Level] = []
    var lanes: [Lane] = []
    /// Whose turn it is among the lanes that have a group.
    var order = ReadyOrder()
    /// Lanes that got a ready job of a relayed call while they or their group were closed.
    var arrivals: [LaneID] = []
    /// How often a job has become ready.
    var turns: Int64 = 0
    /// Taken out because they expired, not reported yet.
    var lapsed: [Job] = []
    /// Theirs: a restart may bring back a million whose time is over.
    var lapsedIDs: Set<JobID> = []
    /// Became ready by a timer, not reported yet.
    var readied = 0
    /// Whether what comes in now was another process's.
    var isInheriting = false

    /// An empty queue without lanes.
    public init(_ policy: QueuePolicy = QueuePolicy()) {
        self.policy = policy
        ageing = Ageing(policy)
        promised = policy.promisedMilliseconds
    }

    /// Puts other bounds, times and another ageing in place. Jobs above a lowered capacity stay.
    public mutating func update(_ policy: QueuePolicy) {
        self.policy = policy
        ageing = Ageing(policy)
        promised = policy.promisedMilliseconds
    }

    /// Whether jobs have left because they expired that no `advance` has reported yet.
    public var hasLapsed: Bool { !lapsed.isEmpty }

    /// The lanes that have a ready job. Costs a look at each lane.
    public var readyLanes: [LaneID] {
        lanes.indices.filter { lanes[$0].ready > 0 }.map(LaneID.init)
    }

    /// The job with this id, waiting or in flight.
    public func job(_ id: JobID) -> Job? {
        index.slot(of: id, in: slots).map { slots[Int($0)].job }
    }

    /// Whether the job is in flight.
    public func isLeased(_ id: JobID) -> Bool {
        index.slot(of: id, in: slots).map { slots[Int($0)].state == .inFlight } ?? false
    }

    /// The jobs of a priority, by what they wait for. Costs a look at each lane.
    public func counts(of priority: Priority) -> QueueCounts {
        stride(from: Int(priority.rawValue), to: levels.count, by: Priority.allCases.count)
            .reduce(into: QueueCounts()) { $0 += levels[$1].counts }
    }

    /// The jobs of a lane, by what they wait for.
    public func counts(in lane: LaneID) -> QueueCounts {
        Priority.allCases.reduce(into: QueueCounts()) { $0 += counts(in: lane, of: $1) }
    }

    /// The jobs of a lane and priority, by what they wait for.
    public func counts(in lane: LaneID, of priority: Priority) -> QueueCounts {
        let level = QueueMachine.level(lane, priority)
        return level < levels.count ? levels[level].counts : QueueCounts()
    }

    /// The jobs that wait in a lane, ready or scheduled.
    public func count(in lane: LaneID) -> Int {
        counts(in: lane).waiting
    }

    /// The queue's numbers. Costs a look at each lane.
    public var snapshot: QueueSnapshot {
        QueueSnapshot(
            capacity: policy.capacity,
            count: count,
            durableCount: durableCount,
            levels: Priority.allCases.map {
                QueueSnapshot.Level(priority: $0, counts: counts(of: $0), oldestReady: oldestReady($0))
            }
        )
    }

    /// Since when the ready job of this priority that has been ready longest has been ready: since it was accepted, or since its time
    /// came. Of each lane it looks at the one that is next.
    public func oldestReady(_ priority: Priority) -> Timestamp? {
        stride(from: Int(priority.rawValue), to: levels.count, by: Priority.allCases.count)
            .lazy.compactMap { levels[$0].line.oldest?.since }
            .min().map(clock.wall)
    }

    static func level(_ lane: LaneID, _ priority: Priority) -> Int {
        lane.index * Priority.allCases.count + Int(priority.rawValue)
    }
}

/// What the queue may hold and how its order changes with time.
public struct QueuePolicy: Equatable, Sendable {
    /// Durable jobs that may be in the queue, waiting or in flight.
    public var capacity = 1_000_000
    /// The share of `capacity` (0 to 1, rounded down to whole jobs) that only `urgent` and `high` jobs may fill.
    public var reserve = 0.1
    /// A ready job counts as one priority higher for each such time that it has waited since it became ready. Zero: no ageing.
    public var ageingStep: Duration = .seconds(60)
    /// The highest priority that ageing gives. `urgent` counts as `high`: what is urgent goes strictly before all else.
    public var ageingCeiling: Priority = .high
    /// Of shares, by their numbers: how many jobs a share gives for each one that another of weight 1 gives while both have some of one
    /// lane and priority. From 1 to 1,000; those that are missing have 1.
    public var weights: [Int] = []
    /// What jobs with an open promise are judged by.
    public var promised = PromisedTimes()

    /// A million jobs, a tenth of them kept for `urgent` and `high`, and ageing by one priority a minute up to `high`.
    public init() {}

    var promisedMilliseconds: [Int64] { Priority.allCases.map { max(0, promised[$0].inMilliseconds) } }

    /// Jobs that a `normal` or `low` one may find in the queue and still be taken.
    var openCapacity: Int {
        let share = reserve > 0 ? min(reserve, 1) : 0
        let whole = max(0, capacity)
        // A `Double` rounds the largest numbers up, beyond what an `Int` holds.
        return capacity - min(whole, Int(exactly: (Double(whole) * share).rounded(.down)) ?? whole)
    }
}

/// How many jobs there are, by what they wait for.
public struct QueueCounts: Equatable, Sendable {
    /// Jobs that could be taken now as far as their own times go.
    public var ready = 0
    /// Jobs whose `notBefore` has not come, and that have not been due yet.
    public var scheduled = 0
    /// Jobs that have been due, and wait for the time of their next attempt.
    public var retrying = 0
    /// Jobs that were taken and have no result yet.
    public var inFlight = 0

    /// By default all are 0.
    public init(ready: Int = 0, scheduled: Int = 0, retrying: Int = 0, inFlight: Int = 0) {
        self.ready = ready
        self.scheduled = scheduled
        self.retrying = retrying
        self.inFlight = inFlight
    }

    /// All jobs but those in flight.
    public var waiting: Int { ready + scheduled + retrying }

    /// All jobs, those in flight included.
    public var total: Int { waiting + inFlight }

    /// Adds each of the four numbers.
    public static func += (left: inout QueueCounts, right: QueueCounts) {
        left.ready += right.ready
        left.scheduled += right.scheduled
        left.retrying += right.retrying
        left.inFlight += right.inFlight
    }
}

/// The queue's numbers at one instant, for metrics and `/v1/state`.
public struct QueueSnapshot: Equatable, Sendable {
    /// What is there of one priority.
    public struct Level: Equatable, Sendable {
        /// The priority that the jobs were given, without ageing.
        public var priority: Priority
        /// Jobs of this priority.
        public var counts: QueueCounts
        /// Since when the ready job that has been ready longest has been ready; `nil` when none is.
        public var oldestReady: Timestamp?

        /// By default there are no jobs.
        public init(priority: Priority, counts: QueueCounts = QueueCounts(), oldestReady: Timestamp? = nil) {
            self.priority = priority
            self.counts = counts
            self.oldestReady = oldestReady
        }
    }

    /// Durable jobs that may be in the queue.
    public var capacity: Int
    /// All jobs, waiting and in flight, durable or not.
    public var count: Int
    /// Those of them that count against the capacity.
    public var durableCount: Int
    /// One for each priority, `urgent` first.
    public var levels: [Level]

    /// Checks nothing: it is the caller's to see that `count` and `levels` agree.
    public init(capacity: Int, count: Int, durableCount: Int, levels: [Level]) {
        self.capacity = capacity
        self.count = count
        self.durableCount = durableCount
        self.levels = levels
    }

    /// All jobs by what they wait for.
    public var total: QueueCounts {
        levels.reduce(into: QueueCounts()) { $0 += $1.counts }
    }
}

/// Names a lane: the jobs of one app and api, which another lane's limits and breaker never delay.
public struct LaneID: Hashable, Sendable {
    private let number: Int32

    /// - Parameter index: a small number that the owner gives out, from 0 without gaps: the queue keeps an array by it.
    public init(index: Int) {
        number = Int32(index)
    }

    /// The number that the owner gave.
    public var index: Int {
        Int(number)
    }
}

/// Names a group of lanes that something can block together.
public struct GroupID: Hashable, Sendable {
    private let number: Int32

    /// - Parameter index: a number that `QueueMachine.addGroup` gave out, from 0 without gaps.
    public init(index: Int) {
        number = Int32(index)
    }

    /// The number that the queue gave.
    public var index: Int {
        Int(number)
    }
}
