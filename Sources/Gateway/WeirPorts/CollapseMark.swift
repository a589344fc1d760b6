/// What a message and those that it replaces have in common: client, app, type, recipient, template and `collapse_key`, as the beginning of
/// a digest. Two messages with the same mark say the same thing of different times.
public struct CollapseMark: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// Bytes that it is stored in.
    public static let size = 16

    /// The first `size` bytes of a digest that nobody can choose; `nil` where there are fewer.
    public init?(_ digest: some Collection<UInt8>) {
        guard digest.count >= CollapseMark.size else { return nil }
        func number(_ bytes: some Collection<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        high = number(digest.prefix(8))
        low = number(digest.dropFirst(8).prefix(8))
    }

    /// As it is stored.
    public var bytes: [UInt8] {
        [high, low].flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) } }
    }
}
