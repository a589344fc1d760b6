internal import Synchronization
internal import Timekeeping

/// One alarm that can only be set earlier; it may ring when nothing is due any more.
final class ExportTimer: Sendable {
    private struct State {
        var deadline: Instant?
        var task: Task<Void, Never>?
        var isStopped = false
    }

    private let state = Mutex(State())
    private let time: any TimeSource

    init(time: any TimeSource) {
        self.time = time
    }

    /// Makes sure that `action` runs at `deadline` or before.
    func arm(at deadline: Instant, _ action: @escaping @Sendable () -> Void) {
        let obsolete = state.withLock { state -> Task<Void, Never>? in
            if state.isStopped { return nil }
            if let current = state.deadline, current <= deadline { return nil }
            let obsolete = state.task
            state.deadline = deadline
            state.task = Task { [self] in
                do { try await time.sleep(until: deadline) } catch { return }
                if take(deadline) { action() }
            }
            return obsolete
        }
        obsolete?.cancel()
    }

    private func take(_ deadline: Instant) -> Bool {
        state.withLock { state in
            guard state.deadline == deadline, !state.isStopped else { return false }
            state.deadline = nil
            state.task = nil
            return true
        }
    }

    /// Never rings again.
    func stop() {
        let task = state.withLock { state in
            state.isStopped = true
            defer { state.task = nil }
            return state.task
        }
        task?.cancel()
    }
}
