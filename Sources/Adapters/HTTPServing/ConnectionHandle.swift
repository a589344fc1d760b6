internal import Synchronization

/// A connection as a request's handler sees it: a place to leave what has to happen when the peer hangs up.
///
/// One lives as long as its connection and holds at most one action, so that keep-alive costs nothing. The listener
/// clears it after each answer.
public final class ConnectionHandle: Sendable {
    private struct State {
        var action: (@Sendable () -> Void)?
        var isHungUp = false
    }

    private let state = Mutex(State())

    /// A handle of no connection, for a request made by hand.
    public init() {}

    /// Whether the peer has closed the connection. One that only closed its sending half still waits for its answer.
    public var isHungUp: Bool {
        state.withLock { $0.isHungUp }
    }

    /// Leaves `action` to be run once, if the peer hangs up before ``clearHangup()`` or the answer; at once, if it has.
    ///
    /// It replaces an earlier action and runs on the connection's event loop: it must not block.
    public func onHangup(_ action: @escaping @Sendable () -> Void) {
        let isTooLate = state.withLock { state in
            if !state.isHungUp { state.action = action }
            return state.isHungUp
        }
        if isTooLate { action() }
    }

    /// Takes the action back.
    public func clearHangup() {
        state.withLock { $0.action = nil }
    }

    /// The peer has gone. The listener calls this; so may a test.
    public func hangUp() {
        let action = state.withLock { state in
            state.isHungUp = true
            return state.action.take()
        }
        action?()
    }
}
