/// Tells a dead HTTP/2 connection from a slow request on a live one. libcurl keeps the connection of a request whose
/// time ran out, as other requests may share it; if it is dead, they would all end the same way until the process does.
struct MultiplexWatch {
    /// The most connections remembered.
    static let capacity = 1024

    private var lastReply: [Int: ContinuousClock.Instant] = [:]

    var count: Int { lastReply.count }

    /// A reply came on the connection from `localPort`.
    mutating func replied(on localPort: Int, at now: ContinuousClock.Instant) {
        if lastReply.count >= Self.capacity { lastReply.removeAll(keepingCapacity: true) }
        lastReply[localPort] = now
    }

    /// The time of a request that was sent at `start` ran out: whether nothing has come back since.
    func isDead(_ localPort: Int, since start: ContinuousClock.Instant) -> Bool {
        guard let last = lastReply[localPort] else { return true }
        return last <= start
    }
}
