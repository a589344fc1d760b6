import Timekeeping
import WeirPorts

/// A lane's wait for WeChat's own counters to start anew.
struct Park: Equatable, Sendable {
    enum End: Equatable, Sendable {
        /// A duration is over.
        case instant(Instant)
        /// The wall clock shows this time: a minute or a day of WeChat's begins.
        case wall(Timestamp)

        var isByWallClock: Bool {
            if case .wall = self { true } else { false }
        }

        /// When that is, as the wall clock goes now.
        func until(at now: SteadyClock.Present) -> Timestamp {
            switch self {
            case .instant(let instant): now.wall(at: instant)
            case .wall(let timestamp): timestamp
            }
        }
    }

    var obstacle: Obstacle.Reason
    var end: End
    /// Such as `errcode 45009`.
    var cause: Cause

    func isOver(at now: SteadyClock.Present) -> Bool {
        switch end {
        case .instant(let instant): now.instant >= instant
        case .wall(let timestamp): now.wall >= timestamp
        }
    }

    /// When it ends, if nobody steps the wall clock.
    func instant(at now: SteadyClock.Present) -> Instant {
        switch end {
        case .instant(let instant): instant
        case .wall(let timestamp): now.instant + (timestamp - now.wall)
        }
    }

    func obstacle(at now: SteadyClock.Present) -> Obstacle {
        Obstacle(obstacle, until: end.until(at: now))
    }
}
