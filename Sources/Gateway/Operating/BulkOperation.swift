public import Queueing
public import Resilience
public import Timekeeping

/// Something that an operator has done to many messages, at a rate: they wait again, or are cancelled.
///
/// It goes from the newest message to the oldest, and knows by ``cursor`` how far it has come. New messages have later ids than it, and
/// what is redriven and ends badly again stands behind the cursor: each message is met once.
public struct BulkOperation: Equatable, Sendable, Identifiable {
    /// What is done.
    public enum Kind: String, CaseIterable, Sendable {
        case redrive, cancel
    }

    /// Whether it goes on. An operator pauses, resumes and stops it.
    public enum State: String, CaseIterable, Sendable {
        case running, paused
        /// An operator ended it; what it had not met stays as it was.
        case stopped
        /// It has met all that matched.
        case done

        /// Whether it may still meet messages.
        public var isOpen: Bool { self == .running || self == .paused }
    }

    /// Made as messages' ids are: only messages with a smaller one are met.
    public let id: JobID
    /// What is done.
    public let kind: Kind
    /// To which messages.
    public let filter: OperationFilter
    /// Messages that are met in a time, at most.
    public let rate: RateLimit
    /// The operator's name.
    public let who: String
    /// Why, in their words.
    public let reason: String
    /// When it was begun. What has ended later is not redriven.
    public let createdAt: Timestamp
    /// What was found when it was begun.
    public let forecast: OperationForecast
    /// Whether it goes on.
    public internal(set) var state = State.running
    /// Messages with this id and later ones have been met.
    public internal(set) var cursor: JobID
    /// Messages that wait again, or were cancelled.
    public internal(set) var done = 0
    /// Messages that matched and could not be changed: they were on their way or had moved on, their app is gone, or their client may
    /// not send them any more.
    public internal(set) var skipped = 0
    /// When it was stopped or done.
    public internal(set) var endedAt: Timestamp?

    init(_ id: JobID, _ request: OperationRequest, forecast: OperationForecast, at now: Timestamp) {
        self.id = id
        kind = request.kind
        filter = request.filter
        rate = request.rate
        who = request.who
        reason = request.reason
        createdAt = now
        self.forecast = forecast
        cursor = id
    }

    init(
        id: JobID,
        request: OperationRequest,
        forecast: OperationForecast,
        createdAt: Timestamp,
        cursor: JobID
    ) {
        self.init(id, request, forecast: forecast, at: createdAt)
        self.cursor = cursor
    }

    /// Messages that matched when it was begun and have not been met.
    public var left: Int { state.isOpen ? max(0, forecast.matched - done - skipped) : 0 }

    /// When it will have met all of them; `nil` where it does not go on.
    public func expectedEnd(at now: Timestamp) -> Timestamp? {
        state == .running ? now + OperationRate.time(for: left, at: rate) : nil
    }

    /// As it is once it has met all messages down to this one.
    func met(downTo id: JobID, _ result: (done: Int, skipped: Int)) -> BulkOperation {
        var next = self
        next.cursor = min(cursor, id)
        next.done += result.done
        next.skipped += result.skipped
        return next
    }

    /// As it is in another state.
    func moved(to state: State, at now: Timestamp) -> BulkOperation {
        var next = self
        next.state = state
        next.endedAt = state.isOpen ? nil : now
        return next
    }
}

/// What an operator asks to be done.
public struct OperationRequest: Equatable, Sendable {
    /// What is to be done.
    public var kind: BulkOperation.Kind
    /// To which messages.
    public var filter: OperationFilter
    /// How fast, at most ``OperationRate/fastest``.
    public var rate: RateLimit
    /// The operator's name.
    public var who: String
    /// Why, in their words: one line of at most 200 bytes.
    public var reason: String

    /// Checks nothing.
    public init(
        _ kind: BulkOperation.Kind,
        _ filter: OperationFilter,
        rate: RateLimit = OperationRate.usual,
        who: String,
        reason: String
    ) {
        self.kind = kind
        self.filter = filter
        self.rate = rate
        self.who = who
        self.reason = reason
    }
}

/// What is found before anything is done.
public struct OperationForecast: Equatable, Sendable {
    /// Messages that match.
    public var matched = 0
    /// Of them: those that could not be changed if it were done now.
    public var unfit = 0
    /// What the rest needs of WeChat's daily quotas, one call each, by app and api; empty where nothing is called.
    public var quotas: [Quota] = []

    /// What is needed of one daily quota.
    public struct Quota: Equatable, Sendable {
        /// The app's name in the configuration.
        public var app: String
        /// The api's label.
        public var api: String
        /// Calls that the messages need, if each succeeds at once.
        public var needed: Int
        /// Calls that the day has left; `nil` where its limit is not known.
        public var left: Int?
    }

    /// Calls that the messages need, if each succeeds at once.
    public var quotaNeeded: Int { quotas.reduce(0) { $0 + $1.needed } }

    /// Calls that the day has left for all the apis that are needed; `nil` where the limit of one of them is not known.
    public var quotaLeft: Int? {
        quotas.isEmpty
            ? nil : quotas.reduce(Int?.some(0)) { sum, quota in sum.flatMap { sum in quota.left.map { sum + $0 } } }
    }

    /// Nothing matches.
    public init() {}
}

/// How fast operations go.
public enum OperationRate {
    /// Where none is asked for.
    public static let usual = RateLimit(permits: 50, per: .seconds(1), burst: 5)
    /// Permits a second.
    public static let fastest = 10_000
    /// Messages that are changed together, at most.
    static let largestStep = 100

    /// The rate with a burst that is small beside it: a tenth of a second's worth.
    public static func paced(_ rate: RateLimit) -> RateLimit {
        let seconds = max(1, rate.per.components.seconds)
        let burst = min(OperationRate.largestStep, max(1, rate.permits / Int(clamping: seconds) / 10))
        return RateLimit(permits: rate.permits, per: rate.per, burst: burst)
    }

    /// How long so many take.
    package static func time(for count: Int, at rate: RateLimit) -> Duration {
        let nanoseconds = Double(rate.per.components.seconds) * 1e9 / Double(max(1, rate.permits)) * Double(count)
        return .nanoseconds(Int64(min(nanoseconds, 9e17)))
    }
}
