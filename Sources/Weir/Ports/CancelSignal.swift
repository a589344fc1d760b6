import Synchronization

/// Lets whoever sent a request take it back while it is under way.
///
/// The transport leaves an action here when it takes the request, and ends the exchange with a failure of kind `cancelled` when
/// the signal comes. A request that has ended is not touched.
public final class CancelSignal: Sendable {
    private struct State {
        var isCancelled = false
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    public init() {}

    /// Whether `cancel()` was called.
    public var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Asks for the end. A second call does nothing.
    public func cancel() {
        let action = state.withLock { state in
            state.isCancelled = true
            return state.action.take()
        }
        action?()
    }

    /// The transport's part: `action` is run once, at the signal or at once when it has come already. It must not block.
    public func onCancel(_ action: @escaping @Sendable () -> Void) {
        let isTooLate = state.withLock { state in
            if !state.isCancelled { state.action = action }
            return state.isCancelled
        }
        if isTooLate { action() }
    }

    /// The transport's part: the exchange has ended.
    public func ended() {
        state.withLock { $0.action = nil }
    }
}
