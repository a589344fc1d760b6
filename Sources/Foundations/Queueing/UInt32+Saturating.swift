extension UInt32 {
    /// The sum, or the largest number where the sum is larger: what counts attempts stays a count and never traps.
    public func saturatingAdd(_ other: UInt32) -> UInt32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
