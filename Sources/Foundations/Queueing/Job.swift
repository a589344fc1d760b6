public import Timekeeping

/// What the queue knows of one piece of work: its place and its times, never its body.
///
/// Packed into 56 bytes, so that a million of them with every index stay below 200 MB.
public struct Job: Equatable, Sendable {
    /// Names the job. No two jobs of a queue have the same.
    public internal(set) var id: JobID
    /// When Weir took it; once a `notBefore` that came with it has passed, that time. Survives restarts and retries.
    public var acceptedAt: Timestamp
    private var packedNotBefore: OptionalTimestamp
    private var packedExpiresAt: OptionalTimestamp
    private var packedFirstAttemptAt: OptionalTimestamp
    /// From the lowest bit on: 24 of counted attempts, 24 of started ones, 16 of the share.
    private var numbers: UInt64
    /// The lane that it waits in, together with the jobs of the same app and api.
    public var lane: LaneID
    /// Its own priority, as it was given, without ageing.
    public var priority: Priority
    /// The owner's number of the retry class.
    public var retryClass: UInt8
    private var lowFlags: UInt8
    /// In one byte: durability, promise (two bits), whether it is bounded, and the upper four of the flags.
    private var traits: UInt8

    /// Without `notBefore` it may be taken at once, without `expiresAt` it never expires. A job of an earlier process
    /// brings its counters along. Unless told otherwise, something is promised about durable jobs alone.
    public init(
        id: JobID,
        lane: LaneID,
        priority: Priority = .normal,
        isDurable: Bool = true,
        promise: Promise? = nil,
        retryClass: UInt8 = 0,
        acceptedAt: Timestamp,
        notBefore: Timestamp? = nil,
        expiresAt: Timestamp? = nil,
        countedAttempts: UInt32 = 0,
        startedAttempts: UInt32 = 0,
        firstAttemptAt: Timestamp? = nil,
        flags: UInt16 = 0,
        share: ShareID = .common
    ) {
        self.id = id
        self.acceptedAt = acceptedAt
        packedNotBefore = OptionalTimestamp(notBefore)
        packedExpiresAt = OptionalTimestamp(expiresAt)
        packedFirstAttemptAt = OptionalTimestamp(firstAttemptAt)
        self.lane = lane
        numbers = UInt64(share.number) << 48
        self.priority = priority
        self.retryClass = retryClass
        lowFlags = 0
        traits = isDurable ? 1 : 0
        self.countedAttempts = countedAttempts
        self.startedAttempts = startedAttempts
        self.flags = flags
        self.promise = promise ?? (isDurable ? .open : .none)
    }

    /// The largest number of attempts that is counted.
    private static let mostAttempts: UInt32 = 1 << 24 - 1

    /// Attempts that count for the retry policy so far; at most 16,777,215 are counted.
    public var countedAttempts: UInt32 {
        get { UInt32(truncatingIfNeeded: numbers) & Job.mostAttempts }
        set { numbers = numbers & ~UInt64(Job.mostAttempts) | UInt64(min(newValue, Job.mostAttempts)) }
    }

    /// Requests that were started so far, also those that do not count; at most 16,777,215 are counted.
    public var startedAttempts: UInt32 {
        get { UInt32(truncatingIfNeeded: numbers >> 24) & Job.mostAttempts }
        set { numbers = numbers & ~(UInt64(Job.mostAttempts) << 24) | UInt64(min(newValue, Job.mostAttempts)) << 24 }
    }

    /// Whose it is among those who share its lane and priority.
    public var share: ShareID { ShareID(UInt16(truncatingIfNeeded: numbers >> 48)) }

    /// Whether it is in the journal. A relayed call is not: it does not count against the queue's capacity.
    public internal(set) var isDurable: Bool {
        get { traits & 1 != 0 }
        set { traits = traits & ~1 | (newValue ? 1 : 0) }
    }

    /// What is owed to whoever gave it.
    public internal(set) var promise: Promise {
        get { Promise(rawValue: traits >> 1 & 3) ?? .none }
        set { traits = traits & ~6 | newValue.rawValue << 1 }
    }

    /// Nothing more is owed to whoever gave it.
    public mutating func settlePromise() {
        if promise == .open { promise = .settled }
    }

    /// Whether it leaves the queue, as one that expired, as soon after its first attempt as its lane says (`setBound`).
    public var isBounded: Bool {
        get { traits & 8 != 0 }
        set { traits = traits & ~8 | (newValue ? 8 : 0) }
    }

    /// Free for the owner, twelve bits; the queue does not look at them.
    public var flags: UInt16 {
        get { UInt16(lowFlags) | UInt16(traits & 0xF0) << 4 }
        set {
            lowFlags = UInt8(truncatingIfNeeded: newValue)
            traits = traits & 0x0F | UInt8(truncatingIfNeeded: newValue >> 4) & 0xF0
        }
    }

    /// It is not taken before this time: what the caller asked for, or when the next attempt is due.
    public var notBefore: Timestamp? {
        get { packedNotBefore.value }
        set { packedNotBefore = OptionalTimestamp(newValue) }
    }

    /// From this time on it is not taken any more and leaves the queue, unless it is in flight.
    public var expiresAt: Timestamp? {
        get { packedExpiresAt.value }
        set { packedExpiresAt = OptionalTimestamp(newValue) }
    }

    /// When its first attempt was started.
    public var firstAttemptAt: Timestamp? {
        get { packedFirstAttemptAt.value }
        set { packedFirstAttemptAt = OptionalTimestamp(newValue) }
    }

    /// Notes that a request for it starts: `startedAttempts` grows up to its largest number, and the first start sets
    /// `firstAttemptAt`.
    public mutating func countStart(at now: Timestamp) {
        startedAttempts = startedAttempts.saturatingAdd(1)
        if firstAttemptAt == nil { firstAttemptAt = now }
    }
}

/// A `Timestamp?` in 8 bytes: the earliest representable time stands for none.
struct OptionalTimestamp: Equatable, Sendable {
    private var milliseconds: Int64

    init(_ value: Timestamp?) {
        milliseconds = value.map { max($0.milliseconds, .min + 1) } ?? .min
    }

    var value: Timestamp? {
        milliseconds == .min ? nil : Timestamp(milliseconds: milliseconds)
    }
}
