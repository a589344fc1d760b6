import Timekeeping
import WeChat
import WeirPorts

/// What the next process makes of a wait. Its clock may have been set meanwhile, forward or back: no wait gets longer
/// than it was when it began, and WeChat's own minutes and days are those that the clock shows now.
extension LedgerFact {
    /// The park; `nil` where it is none, or is over.
    func park(at now: SteadyClock.Present) -> Park? {
        guard case .park(let reason, let until, let byWallClock) = content, until > now.wall else { return nil }
        guard byWallClock else {
            let end = now.instant + min(until - now.wall, until - cause.since)
            guard end > now.instant else { return nil }
            return Park(obstacle: reason, end: .instant(end), cause: cause)
        }
        let latest = reason == .quotaExhausted ? ChinaTime.nextMidnight : ChinaTime.nextMinute
        return Park(obstacle: reason, end: .wall(min(until, latest(now.wall))), cause: cause)
    }

    /// The hold. One whose time is over stands still: the next call is its probe.
    func hold(at now: SteadyClock.Present) -> Hold? {
        guard case .hold(let reason, let until, let interval) = content else { return nil }
        let left = max(.zero, min(until - now.wall, interval))
        return Hold(cause, reason: reason, interval: interval, until: now.instant + left)
    }

    /// Whether time alone has ended it.
    func isOver(at now: Timestamp) -> Bool {
        guard case .park(_, let until, _) = content else { return false }
        return until <= now
    }
}
