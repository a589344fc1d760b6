import TestSupport
import Timekeeping

/// A clock on which no timer ever fires: the simulation itself looks at the queue whenever time has passed, so that a run depends on
/// its seed alone.
struct StillTimeSource: TimeSource {
    let clock: ManualTimeSource

    func now() -> Instant { clock.now() }

    func timestamp() -> Timestamp { clock.timestamp() }

    func sleep(until deadline: Instant) async throws {
        try await clock.sleep(until: .distantFuture)
    }
}
