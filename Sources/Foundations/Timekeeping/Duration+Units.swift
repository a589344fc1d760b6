extension Duration {
    /// The whole duration in nanoseconds, saturating at the range of `Int64` (about 292 years).
    public var inNanoseconds: Int64 {
        // Not by `components`, which traps on a duration of more seconds than an `Int64` holds.
        Int64(clamping: attoseconds / 1_000_000_000)
    }

    /// The whole duration in milliseconds, rounded down.
    public var inMilliseconds: Int64 {
        inNanoseconds / 1_000_000
    }

    /// The duration in seconds as metrics and people read it.
    public var inSeconds: Double {
        Double(inNanoseconds) / 1e9
    }

    /// Whole seconds, rounded up and at least 1: what a `Retry-After` header may say without inviting a caller too early.
    public var retryAfterSeconds: Int {
        let nanoseconds = inNanoseconds
        guard nanoseconds > 0 else { return 1 }
        return Int(nanoseconds / 1_000_000_000) + (nanoseconds % 1_000_000_000 == 0 ? 0 : 1)
    }
}
