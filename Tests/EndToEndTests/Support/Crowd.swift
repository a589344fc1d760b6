import Foundation
import Synchronization

/// Threads that do the same thing again and again until they are told to stop, each with a connection of its own.
final class Crowd: Sendable {
    private struct State {
        var isOver = false
        var running: Int
    }

    private final class Box: Sendable {
        let state: Mutex<State>

        init(running: Int) {
            state = Mutex(State(running: running))
        }
    }

    private let box: Box

    /// - Parameter step: keeps the connection for the next step, or sets it to nil for a fresh one.
    init(_ count: Int, step: @escaping @Sendable (inout HTTPConnection?) -> Void) {
        let box = Box(running: count)
        self.box = box
        for _ in 0..<count {
            Thread.detachNewThread {
                var connection: HTTPConnection?
                while !box.state.withLock({ $0.isOver }) { step(&connection) }
                box.state.withLock { $0.running -= 1 }
            }
        }
    }

    deinit {
        box.state.withLock { $0.isOver = true }
    }

    /// Returns when every thread has ended its last step.
    func stop() async throws {
        box.state.withLock { $0.isOver = true }
        try await eventually("the crowd has stopped") { box.state.withLock { $0.running } == 0 }
    }
}
