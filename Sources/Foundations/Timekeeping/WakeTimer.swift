internal import Synchronization

/// One alarm that can be set earlier. Fires `action` at the earliest time that was asked for since it last fired.
public final class WakeTimer: Sendable {
    private struct State {
        var deadline: Instant?
        var task: Task<Void, Never>?
        var isStopped = false
    }

    private let state = Mutex(State())
    private let time: any TimeSource
    private let action: @Sendable () -> Void

    /// - Parameter action: called on a task of the timer's own.
    public init(time: any TimeSource, action: @escaping @Sendable () -> Void) {
        self.time = time
        self.action = action
    }

    /// Makes sure that the timer fires at `deadline` or before.
    public func arm(at deadline: Instant?) {
        guard let deadline else { return }
        let obsolete = state.withLock { state -> Task<Void, Never>? in
            if state.isStopped { return nil }
            if let current = state.deadline, current <= deadline { return nil }
            let obsolete = state.task
            state.deadline = deadline
            state.task = Task(executorPreference: time.executor) { [self] in
                do { try await time.sleep(until: deadline) } catch { return }
                fire(deadline)
            }
            return obsolete
        }
        obsolete?.cancel()
    }

    private func fire(_ deadline: Instant) {
        let isCurrent = state.withLock { state in
            guard state.deadline == deadline, !state.isStopped else { return false }
            state.deadline = nil
            state.task = nil
            return true
        }
        if isCurrent { action() }
    }

    /// Never fires again.
    public func stop() {
        let task = state.withLock { state in
            state.isStopped = true
            let task = state.task
            state.task = nil
            return task
        }
        task?.cancel()
    }
}
