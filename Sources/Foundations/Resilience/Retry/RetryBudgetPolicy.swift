/// How many retries are allowed for the calls that are made.
public struct RetryBudgetPolicy: Equatable, Sendable {
    /// Retries earned by each call, spent within ten seconds or lost; 0…1, to a thousandth.
    public var ratio: Double
    /// Retries that are allowed in any case, so that little traffic can be retried too.
    public var floor: RateLimit

    public init(ratio: Double = 0.2, floor: RateLimit = RateLimit(permits: 10, per: .seconds(1), burst: 10)) {
        self.ratio = ratio
        self.floor = floor
    }
}
