import Synchronization
public import Timekeeping

/// A clock that moves only when a test says so.
public final class ManualTimeSource: TimeSource {
    private struct Sleeper {
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant.zero
        var wallOffset: Int64
        var nextID = 0
        var sleepers: [Int: Sleeper] = [:]
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    /// Starts at 2026-11-21T00:00:00+08:00 unless told otherwise.
    public init(timestamp: Timestamp = Timestamp(milliseconds: 1_795_190_400_000)) {
        state = Mutex(State(wallOffset: timestamp.milliseconds))
    }

    public func now() -> Instant {
        state.withLock { $0.now }
    }

    public func timestamp() -> Timestamp {
        state.withLock { Timestamp(milliseconds: $0.wallOffset + $0.now.nanoseconds / 1_000_000) }
    }

    public func sleep(until deadline: Instant) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                add(Sleeper(deadline: deadline, continuation: continuation), id: id)
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    private func add(_ sleeper: Sleeper, id: Int) {
        if Task.isCancelled {
            sleeper.continuation.resume(throwing: CancellationError())
            return
        }
        let (isDue, ready) = state.withLock { state in
            if sleeper.deadline <= state.now { return (true, [CheckedContinuation<Void, Never>]()) }
            state.sleepers[id] = sleeper
            let count = state.sleepers.count
            let ready = state.watchers.filter { $0.count <= count }.map(\.continuation)
            state.watchers.removeAll { $0.count <= count }
            return (false, ready)
        }
        if isDue { sleeper.continuation.resume() }
        for watcher in ready { watcher.resume() }
    }

    /// Moves both clocks and wakes whoever waited for a time that has come, earliest first.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now + duration
            let now = state.now
            let due = state.sleepers.filter { $0.value.deadline <= now }.sorted {
                $0.value.deadline < $1.value.deadline
            }
            for (id, _) in due { state.sleepers[id] = nil }
            return due.map(\.value.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Steps the wall clock alone, as an operator or NTP may.
    public func stepWallClock(by duration: Duration) {
        state.withLock { $0.wallOffset += duration.inMilliseconds }
    }

    /// Returns once at least `count` tasks sleep on this clock.
    public func waitForSleepers(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
