import Synchronization
public import Timekeeping

/// Lets each piece of news through once a minute: for what happens with every call while something is wrong.
public final class NewsFilter: Sendable {
    /// Pieces of news that are remembered; with one more all are forgotten, and told again.
    static let limit = 1000
    private static let interval = Duration.seconds(60)

    private let told = Mutex<[String: Instant]>([:])

    public init() {}

    /// Whether `news` was not let through within the last minute.
    public func isNews(_ news: String, at now: Instant) -> Bool {
        told.withLock { told in
            if let last = told[news], now - last < NewsFilter.interval { return false }
            if told.count >= NewsFilter.limit { told = [:] }
            told[news] = now
            return true
        }
    }
}
