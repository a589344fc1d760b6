/// How many connections libcurl may keep open: as many as were in use together of late, and never fewer than a handful.
///
/// A kept connection is not free. libcurl 7.88 walks through all of them whenever a request ends, and where many have grown too old
/// at the same time it starts anew for each of them: after a burst of a thousand calls every later one would pay for it.
struct KeptConnections {
    /// Kept in any case: warm connections for the next burst of the usual size.
    static let least = 64
    /// How long a peak is remembered: for one such time at least, for two at most.
    static let window = Duration.seconds(5)

    /// The most that may be open.
    let most: Int
    private var peak = 0
    private var earlierPeak = 0
    private var windowBegan: ContinuousClock.Instant
    /// The present limit.
    private(set) var limit: Int

    init(most: Int, at now: ContinuousClock.Instant) {
        self.most = most
        windowBegan = now
        limit = min(KeptConnections.least, most)
    }

    /// So many are in use now.
    ///
    /// - Returns: the new limit, where it has changed.
    mutating func observe(inUse: Int, at now: ContinuousClock.Instant) -> Int? {
        if windowBegan.duration(to: now) >= KeptConnections.window {
            earlierPeak = windowBegan.duration(to: now) < KeptConnections.window * 2 ? peak : 0
            (peak, windowBegan) = (0, now)
        }
        peak = max(peak, inUse)
        let wanted = min(most, max(KeptConnections.least, peak, earlierPeak))
        guard wanted != limit else { return nil }
        limit = wanted
        return wanted
    }
}
