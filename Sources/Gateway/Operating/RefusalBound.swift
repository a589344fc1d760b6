import Timekeeping

/// Which refusals leave a row of the audit trail: few, so that who may change nothing can't push out what was done. A value.
struct RefusalBound {
    private struct Kind: Hashable {
        var who: String
        var action: String
    }

    /// Of one name and one action there is a row so often, at most.
    static let interval = Duration.seconds(60)
    /// Rows of all names in a ``period``.
    static let most = 100
    static let period = Duration.seconds(86_400)

    private var last: [Kind: Instant] = [:]
    private var began: Instant?
    private var count = 0

    /// Whether a refusal leaves a row.
    mutating func admits(_ who: String, _ action: String, at now: Instant) -> Bool {
        if began.map({ now - $0 >= RefusalBound.period }) ?? true { (last, began, count) = ([:], now, 0) }
        guard count < RefusalBound.most else { return false }
        let kind = Kind(who: who, action: action)
        if let before = last[kind], now - before < RefusalBound.interval { return false }
        last[kind] = now
        count += 1
        return true
    }
}
