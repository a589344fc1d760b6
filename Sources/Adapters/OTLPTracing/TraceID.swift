/// What all spans of one trace share: 128 bits, not all zero.
public struct TraceID: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes, most significant first.
    public let high: UInt64
    /// The last eight bytes; sampling by ratio reads them.
    public let low: UInt64

    /// `nil` if all bits are zero, which the standard keeps for "no trace".
    public init?(high: UInt64, low: UInt64) {
        guard high | low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String {
        Hexadecimal.text(high, low)
    }
}
