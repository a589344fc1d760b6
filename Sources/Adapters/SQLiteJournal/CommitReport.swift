public import WeirPorts

/// What one commit did, for metrics.
public struct CommitReport: Equatable, Sendable {
    /// Writes that it held.
    public var writes: Int
    /// Calls to `append` that it answered, or would have.
    public var calls: Int
    /// From its first statement to the end of its sync.
    public var took: Duration
    /// Why nothing of it was kept.
    public var failure: JournalError?

    public init(writes: Int, calls: Int, took: Duration, failure: JournalError? = nil) {
        self.writes = writes
        self.calls = calls
        self.took = took
        self.failure = failure
    }
}
