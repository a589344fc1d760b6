extension Duration {
    /// The whole duration in nanoseconds, saturating at the range of `Int64` (about 292 years).
    public var inNanoseconds: Int64 {
        // `components` would trap beyond the range of its seconds.
        guard self < .seconds(1 << 40) else { return .max }
        guard self > .seconds(-1 << 40) else { return .min }
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || carry ? (seconds < 0 ? .min : .max) : sum
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
