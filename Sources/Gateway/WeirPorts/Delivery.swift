public import Queueing
public import Timekeeping

/// Whom Weir tells: a subscriber of WeChat's events, or a client whose messages ended.
public struct DeliveryDestination: Hashable, Sendable {
    /// What it is told. The raw values are metric labels.
    public enum Kind: String, CaseIterable, Sendable {
        /// What WeChat pushes, as `subscribers` in the configuration says.
        case subscriber
        /// What became of its messages, at the `callback_url` of each.
        case client
    }

    /// What it is told.
    public var kind: Kind
    /// Its name in the configuration.
    public var name: String

    /// By its kind and name.
    public init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// The form in which it is stored and shown: `subscriber/crm`.
    public var stored: String { "\(kind.rawValue)/\(name)" }

    /// Reads the stored form; `nil` for any other.
    public init?(stored: String) {
        let parts = stored.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
        self.init(kind, String(parts[1]))
    }
}

/// Something that a destination is to be told, as it is handed to the journal.
public struct Delivery: Equatable, Sendable {
    /// Who is told.
    public var destination: DeliveryDestination
    /// The app's name in the configuration.
    public var app: String
    /// What is sent.
    public var body: [UInt8]
    /// The same for the same push of WeChat's again, and for no other of the destination.
    public var digest: Int64
    /// When it came.
    public var createdAt: Timestamp

    /// Every part of it.
    public init(
        destination: DeliveryDestination,
        app: String,
        body: [UInt8],
        digest: Int64,
        createdAt: Timestamp
    ) {
        self.destination = destination
        self.app = app
        self.body = body
        self.digest = digest
        self.createdAt = createdAt
    }

    /// How long after it came the same push again is known.
    public static let knownFor = Duration.seconds(600)
    /// Of one destination the journal keeps so many that were given up; the oldest go first.
    public static let mostDead = 1_000
}

/// A delivery that waits: what must be known of it to decide when it goes.
public struct WaitingDelivery: Equatable, Sendable {
    /// Its place in the journal, which no other has had. Later ones have larger places.
    public var place: Int64
    /// Who is told.
    public var destination: DeliveryDestination
    /// Bytes of its body, as far as the journal keeps it.
    public var bytes: Int
    /// When what it tells happened.
    public var createdAt: Timestamp
    /// Attempts that failed.
    public var attempts: Int
    /// When the next is due; `nil` before the first.
    public var nextAt: Timestamp?

    /// One that was not tried, unless told otherwise.
    public init(
        place: Int64,
        destination: DeliveryDestination,
        bytes: Int,
        createdAt: Timestamp,
        attempts: Int = 0,
        nextAt: Timestamp? = nil
    ) {
        self.place = place
        self.destination = destination
        self.bytes = bytes
        self.createdAt = createdAt
        self.attempts = attempts
        self.nextAt = nextAt
    }
}

/// A delivery with all that an attempt needs.
public struct StoredDelivery: Equatable, Sendable {
    /// What is told.
    public enum Content: Equatable, Sendable {
        /// This body, to the destination's own address.
        case body([UInt8])
        /// How the message ended, to the address that it came with.
        case ended(JobID, url: String)
        /// Neither is kept any more.
        case gone
    }

    /// Who is told, and since when.
    public var waiting: WaitingDelivery
    /// The app's name in the configuration.
    public var app: String
    /// What is told.
    public var content: Content

    /// Every part of it.
    public init(_ waiting: WaitingDelivery, app: String, content: Content) {
        self.waiting = waiting
        self.app = app
        self.content = content
    }
}

/// What became of a delivery.
public enum DeliverySettlement: Equatable, Sendable {
    /// It waits for another attempt, after so many that failed.
    case waits(attempts: Int, nextAt: Timestamp)
    /// It was given up. It is kept until then, to be looked at.
    case dead(attempts: Int, keptUntil: Timestamp)
    /// It was taken, or dropped. What it said goes at once; that it was there is known until then.
    case over(keptUntil: Timestamp)
}
