public import Timekeeping

/// Makes ids: milliseconds since 1970 shifted left by 20, plus a counter that starts at a random point in each millisecond.
///
/// Ids of one generator strictly increase, also when the wall clock steps back and when more than the counter holds are asked for
/// in one millisecond: they then run ahead of the clock.
public struct JobIDGenerator: Sendable {
    /// No clock is believed beyond this (the year 2527), so that the ids after it can't run out.
    private static let latest: UInt64 = 1 << 44 - 1 << 20

    private var last: UInt64 = 0
    private var chance: SplitMix64

    /// - Parameter seed: Chance, so that two processes do not make the same ids.
    public init(seed: UInt64) {
        chance = SplitMix64(seed: seed)
    }

    /// The next id, of the millisecond `now` or a later one.
    public mutating func next(at now: Timestamp) -> JobID {
        let start = min(UInt64(clamping: now.milliseconds), JobIDGenerator.latest) << 20
        if start > last | 0xF_FFFF {
            last = start | (chance.next() >> 45)
        } else {
            last += 1
        }
        return JobID(rawValue: last)
    }
}
