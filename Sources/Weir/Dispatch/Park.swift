import Timekeeping

/// A lane's wait for WeChat's own counters to start anew.
struct Park: Equatable, Sendable {
    var obstacle: Obstacle.Reason
    var until: Timestamp
}
