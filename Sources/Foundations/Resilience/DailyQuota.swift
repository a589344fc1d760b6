/// How many calls a day may have, and what of them is kept for urgent work.
public struct DailyQuota: Equatable, Sendable {
    /// The share that is kept where nobody says otherwise.
    public static let usualReserve = 0.1
    /// The most calls that a quota has. Sums of such stay far from overflowing.
    public static let most = 1_000_000_000_000

    /// Calls a day, 1 to ``most``.
    public let limit: Int
    /// Of the limit, 0 to 1: what only urgent work may use.
    public let reserve: Double

    /// Values out of bounds count as the nearest one within.
    public init(limit: Int, reserve: Double = DailyQuota.usualReserve) {
        self.limit = min(max(1, limit), DailyQuota.most)
        self.reserve = reserve.isNaN ? DailyQuota.usualReserve : min(max(0, reserve), 1)
    }

    /// The calls that are kept, with the whole day before them.
    public var reserved: Int { Int(Double(limit) * reserve) }
}
