public import Timekeeping

/// The queue's numbers at one instant, for metrics and `/v1/state`.
public struct QueueSnapshot: Equatable, Sendable {
    /// What is there of one priority.
    public struct Level: Equatable, Sendable {
        public var priority: Priority
        public var counts: QueueCounts
        /// Since when the ready job that has been ready longest has been ready; `nil` when none is.
        public var oldestReady: Timestamp?

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
