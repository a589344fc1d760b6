/// Too many scrapes are under way; an HTTP server answers 503.
public struct ScrapeRefused: Error, Equatable, Sendable {
    /// How many may be under way at a time.
    public var maximum: Int

    /// The refusal at this maximum.
    public init(maximum: Int) {
        self.maximum = maximum
    }
}
