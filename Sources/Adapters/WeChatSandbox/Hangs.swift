internal import HTTPServing
internal import Synchronization

/// The waits of answers that are late on purpose: each ends with its time, its caller or the sandbox.
final class Hangs: Sendable {
    private struct State {
        var lastID: UInt64 = 0
        var sleepers: [UInt64: Task<Void, Never>] = [:]
        var isOver = false
    }

    private let state = Mutex(State())

    /// How many there are: never more than connections.
    var count: Int {
        state.withLock { $0.sleepers.count }
    }

    func wait(milliseconds: Int, for connection: ConnectionHandle) async {
        let sleeper = Task { () -> Void in try? await Task.sleep(for: .milliseconds(milliseconds)) }
        let id = state.withLock { state -> UInt64? in
            guard !state.isOver else { return nil }
            state.lastID += 1
            state.sleepers[state.lastID] = sleeper
            return state.lastID
        }
        if id == nil { sleeper.cancel() }
        connection.onHangup { sleeper.cancel() }
        await sleeper.value
        connection.clearHangup()
        if let id { state.withLock { $0.sleepers[id] = nil } }
    }

    /// Ends those that are under way.
    func endAll() {
        let sleepers = state.withLock { $0.sleepers.values.map { $0 } }
        for sleeper in sleepers { sleeper.cancel() }
    }

    /// Ends them and every later one at once: the sandbox shuts down.
    func close() {
        state.withLock { $0.isOver = true }
        endAll()
    }
}
