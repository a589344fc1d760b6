import Timekeeping
import WeChat

/// What users did in the last minutes. WeChat's answer to an attempt may be about the time before, and come after: it must not suppress
/// somebody who has just returned. Bounded: with more, the older half is forgotten.
struct RecentSigns: Sendable {
    /// Longer than any attempt and its commit take; signs are kept once to twice as long.
    static let kept = Duration.seconds(120)
    /// Signs in either half.
    static let most = 50_000

    private var newer: Set<SuppressionSet.Key> = []
    private var older: Set<SuppressionSet.Key> = []
    private var turnedAt = Timestamp(milliseconds: 0)

    mutating func note(_ liftings: [SuppressionLifting], app: String, recipient: String, at now: Timestamp) {
        turn(at: now)
        for lifting in liftings {
            switch lifting {
            case .all: newer.insert(SuppressionSet.Key(app: app, recipient: recipient))
            case .only(let reaches):
                for reach in reaches { newer.insert(SuppressionSet.Key(app: app, recipient: recipient, reach)) }
            }
        }
        guard newer.count > RecentSigns.most else { return }
        (older, newer) = (newer, [])
    }

    /// Whether a recent sign ends a suppression of this reach.
    mutating func lifts(_ reach: SuppressionReach, app: String, recipient: String, at now: Timestamp) -> Bool {
        turn(at: now)
        guard !(newer.isEmpty && older.isEmpty) else { return false }
        let keys = [
            SuppressionSet.Key(app: app, recipient: recipient),
            SuppressionSet.Key(app: app, recipient: recipient, reach),
        ]
        return keys.contains { newer.contains($0) || older.contains($0) }
    }

    /// A wall clock that is set back keeps them for longer, which does no harm.
    private mutating func turn(at now: Timestamp) {
        let elapsed = now - turnedAt
        guard elapsed >= RecentSigns.kept else { return }
        (older, newer, turnedAt) = (elapsed >= RecentSigns.kept * 2 ? [] : newer, [], now)
    }
}
