/// What the passing of time did.
public struct Advance: Equatable, Sendable {
    /// Jobs whose `expiresAt` passed while they waited, earliest first. They are gone.
    public var expired: [Job]
    /// Scheduled jobs that became ready since the last `advance`.
    public var readied: Int

    public init(expired: [Job] = [], readied: Int = 0) {
        self.expired = expired
        self.readied = readied
    }
}
