import Synchronization
import Timekeeping

/// A clock that goes on by a step each time somebody looks at it.
final class TickingTimeSource: TimeSource {
    private let step: Duration
    private let time = Mutex(Instant.zero)

    init(step: Duration) {
        self.step = step
    }

    func now() -> Instant {
        time.withLock { time in
            time = time + step
            return time
        }
    }

    func timestamp() -> Timestamp { start }

    func sleep(until deadline: Instant) async throws {}
}
