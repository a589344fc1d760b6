/// The gateway's source of chance, for jitter and ids: SplitMix64 (Steele, Lea and Flood 2014). Not for secrets.
///
/// Whoever composes the gateway seeds it; tests pass a seed of their own and see the same every time.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    /// - Parameter seed: Any 64 bits. Equal seeds make equal sequences.
    public init(seed: UInt64) {
        state = seed
    }

    @inlinable
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
