/// What is owed to whoever gave the queue a job.
public enum Promise: UInt8, CaseIterable, Sendable {
    /// Nothing: it is the owner's own work, and nobody asks for its age.
    case none
    /// Nothing more: its age is known, and how it ends was counted before.
    case settled
    /// Its priority's time: it is counted once, as kept or as broken.
    case open
}

/// How a job leaves, as far as its promise goes.
public enum PromiseEnd: Sendable {
    /// It was done: kept, if that was in time.
    case kept
    /// It will never be done: broken, however early.
    case broken
    /// It is nobody's fault that it is not done: counted only if its time was over before.
    case void
    /// It is not due any more: nothing is counted.
    case withdrawn
}

/// How many promises were kept, and how many broken.
public struct PromiseTally: Equatable, Sendable {
    /// Jobs that were done in time.
    public var kept = 0
    /// Jobs whose time was over first, or that ended otherwise.
    public var broken = 0

    /// By default none.
    public init(kept: Int = 0, broken: Int = 0) {
        self.kept = kept
        self.broken = broken
    }

    /// Adds both numbers.
    public static func += (left: inout PromiseTally, right: PromiseTally) {
        left.kept += right.kept
        left.broken += right.broken
    }
}

/// For how long a job of each priority may be due before its promise is broken.
public struct PromisedTimes: Equatable, Sendable {
    /// Of `urgent` jobs.
    public var urgent: Duration
    /// Of `high` jobs.
    public var high: Duration
    /// Of `normal` jobs.
    public var normal: Duration
    /// Of `low` jobs.
    public var low: Duration

    /// A minute, five, half an hour and four hours.
    public init(
        urgent: Duration = .seconds(60),
        high: Duration = .seconds(300),
        normal: Duration = .seconds(1800),
        low: Duration = .seconds(14_400)
    ) {
        self.urgent = urgent
        self.high = high
        self.normal = normal
        self.low = low
    }

    /// The time of a priority.
    public subscript(priority: Priority) -> Duration {
        switch priority {
        case .urgent: urgent
        case .high: high
        case .normal: normal
        case .low: low
        }
    }
}
