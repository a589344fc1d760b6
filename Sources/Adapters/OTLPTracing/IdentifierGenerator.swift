import Timekeeping

/// Ids of traces and spans without a system call for each. Not for secrets.
struct IdentifierGenerator: Sendable {
    private var chance: SplitMix64
    /// Keeps the traces of two processes apart whose sequences meet: for a large fleet the 64 bits of one state are few.
    private let salt: UInt64

    init(seededFrom source: inout some RandomNumberGenerator) {
        chance = SplitMix64(seed: source.next())
        salt = source.next()
    }

    mutating func traceID() -> TraceID {
        while true {
            if let id = TraceID(high: chance.next() ^ salt, low: chance.next()) { return id }
        }
    }

    mutating func spanID() -> SpanID {
        while true {
            if let id = SpanID(chance.next()) { return id }
        }
    }
}
