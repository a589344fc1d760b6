/// A span's own name within its trace: 64 bits, not all zero.
public struct SpanID: Hashable, Sendable, CustomStringConvertible {
    public let value: UInt64

    /// `nil` for zero, which the standard keeps for "no span".
    public init?(_ value: UInt64) {
        guard value != 0 else { return nil }
        self.value = value
    }

    /// 16 lower-case hexadecimal digits.
    public var description: String {
        Hexadecimal.text(value)
    }
}
