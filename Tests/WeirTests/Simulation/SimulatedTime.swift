import Synchronization
import Timekeeping

/// A clock that jumps from event to event. Whoever sleeps on it is woken exactly at the time that was asked for, and at no other.
final class SimulatedTime: TimeSource {
    private struct Sleeper {
        var id: Int
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(nanoseconds: 123_456_789)
        /// The wall clock less the monotonic one, in milliseconds.
        var wallOffset: Int64
        var nextID = 0
        /// In the order in which they lay down.
        var sleepers: [Sleeper] = []
    }

    private let state: Mutex<State>
    private let tasks = SimulationExecutor()

    init(timestamp: Timestamp) {
        state = Mutex(State(wallOffset: timestamp.milliseconds))
    }

    var executor: (any TaskExecutor)? { tasks }

    func now() -> Instant { state.withLock { $0.now } }

    func timestamp() -> Timestamp {
        state.withLock { Timestamp(milliseconds: $0.wallOffset + $0.now.nanoseconds / 1_000_000) }
    }

    func sleep(until deadline: Instant) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let sleeper = Sleeper(id: id, deadline: deadline, continuation: continuation)
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                state.withLock { $0.sleepers.append(sleeper) }
            }
        } onCancel: {
            wake(throwing: CancellationError()) { $0.id == id }
        }
    }

    // MARK: What the simulation does

    /// The earliest time that anybody asked to be woken at.
    var nextWake: Instant? {
        state.withLock { $0.sleepers.map(\.deadline).min() }
    }

    /// Wakes whoever asked for the earliest time, and lets it do its work.
    func wakeNext() {
        let first = state.withLock { state in
            state.sleepers.indices.min { state.sleepers[$0].deadline < state.sleepers[$1].deadline }
                .map { state.sleepers.remove(at: $0) }
        }
        first?.continuation.resume()
        settle()
    }

    /// Runs every task that is ready.
    func settle() {
        tasks.run()
    }

    /// The process died: nobody who sleeps wakes again.
    func forgetSleepers() {
        wake(throwing: CancellationError()) { _ in true }
        settle()
    }

    func advance(to instant: Instant) {
        state.withLock { $0.now = max($0.now, instant) }
    }

    /// Steps the wall clock alone, as an operator or NTP may.
    func stepWallClock(by duration: Duration) {
        state.withLock { $0.wallOffset += duration.inMilliseconds }
    }

    private func wake(throwing error: CancellationError, _ isMeant: (Sleeper) -> Bool) {
        let woken = state.withLock { state in
            defer { state.sleepers.removeAll(where: isMeant) }
            return state.sleepers.filter(isMeant)
        }
        for sleeper in woken { sleeper.continuation.resume(throwing: error) }
    }
}
