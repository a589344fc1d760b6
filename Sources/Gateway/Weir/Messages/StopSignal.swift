import Synchronization

/// Tells those who wait that Weir stops, so that they answer with what is known instead of holding the stop up.
final class StopSignal: Sendable {
    private struct State {
        var actions: [UInt64: @Sendable () -> Void] = [:]
        var count: UInt64 = 0
        var isSent = false
    }

    private let state = Mutex(State())

    var isSent: Bool { state.withLock { $0.isSent } }

    /// Has `action` called when the signal comes, or at once when it has come.
    ///
    /// - Returns: what ``forget(_:)`` takes back by.
    func whenSent(_ action: @escaping @Sendable () -> Void) -> UInt64 {
        let (number, isTooLate) = state.withLock { state in
            state.count += 1
            if !state.isSent { state.actions[state.count] = action }
            return (state.count, state.isSent)
        }
        if isTooLate { action() }
        return number
    }

    func forget(_ number: UInt64) {
        state.withLock { $0.actions[number] = nil }
    }

    func send() {
        let actions = state.withLock { state in
            defer { state.actions = [:] }
            state.isSent = true
            return Array(state.actions.values)
        }
        for action in actions { action() }
    }
}
