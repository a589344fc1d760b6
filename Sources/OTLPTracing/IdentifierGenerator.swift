/// Ids and jitter without a system call for each: xoshiro256** (Blackman and Vigna 2018). Not for secrets.
struct IdentifierGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init(seededFrom source: inout some RandomNumberGenerator) {
        state = (source.next(), source.next(), source.next(), source.next())
        // All zeros would stay zeros.
        if state == (0, 0, 0, 0) { state.0 = 1 }
    }

    mutating func next() -> UInt64 {
        let result = Self.rotated(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotated(state.3, by: 45)
        return result
    }

    mutating func traceID() -> TraceID {
        while true {
            if let id = TraceID(high: next(), low: next()) { return id }
        }
    }

    mutating func spanID() -> SpanID {
        while true {
            if let id = SpanID(next()) { return id }
        }
    }

    private static func rotated(_ number: UInt64, by count: UInt64) -> UInt64 {
        number << count | number >> (64 - count)
    }
}
