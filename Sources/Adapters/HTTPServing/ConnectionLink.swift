internal import NIOCore
internal import Synchronization

/// The way from other threads to a connection's channel handler, which lives on its event loop alone.
final class ConnectionLink: TaskExecutor {
    private let eventLoop: any EventLoop
    private let handler: Mutex<NIOLoopBound<ServingHandler>?>

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        handler = Mutex(nil)
    }

    func connect(to handler: ServingHandler) {
        let bound = NIOLoopBound(handler, eventLoop: eventLoop)
        self.handler.withLock { $0 = bound }
    }

    /// The connection has closed; later calls do nothing.
    func disconnect() {
        handler.withLock { $0 = nil }
    }

    /// Does `action` on the event loop: at once when already there.
    func run(_ action: @escaping @Sendable (ServingHandler) -> Void) {
        guard let handler = handler.withLock({ $0 }) else { return }
        if eventLoop.inEventLoop {
            action(handler.value)
        } else {
            eventLoop.execute { action(handler.value) }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

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
